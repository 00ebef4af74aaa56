import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname } from 'node:path'

import { addressText, type ListenAddress } from '../config/addresses.ts'

/** ListenError says that an address could not be listened on, and what to do about it. */
export class ListenError extends Error {
  readonly code = 'TAGSIDE_LISTEN'
}

/** Says why an address cannot be listened on, and what to do about it. */
export function listenProblem(address: ListenAddress, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  const what = `cannot listen on ${addressText(address)}`
  if (code === 'EADDRINUSE')
    return `${what}: another program does already; stop it, or choose another address`
  // A path in a directory that is missing is EACCES too.
  if (address.kind === 'unix' && code === 'EACCES' && !existsSync(dirname(address.path)))
    return `${what}: there is no directory ${dirname(address.path)}; make it, or choose another path`
  if (code === 'EACCES')
    return `${what}: not permitted; choose a port above 1023 or a path you may write to`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${what}: this machine has no such address`
  return `${what}: ${code}`
}

/** A process that was killed leaves its socket file behind; nobody answers there, and nobody else can listen. */
export async function removeDeadSocket(path: string): Promise<void> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) return
    // Any other file refuses connections just the same, and is not ours to remove.
    if (!(await lstat(path)).isSocket())
      throw new ListenError(`cannot listen on unix:${path}: there is a file that is no socket`)
    await unlink(path)
  } finally {
    socket.destroy()
  }
}
