import { type IncomingMessage, request } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { addressText, type ListenAddress } from '../config/addresses.ts'

/** What is asked of a running sidecar. */
export interface Question {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole answer. */
  readonly timeoutMs: number
}

/** What it answered. */
interface SidecarAnswer {
  readonly status: number
  readonly body: string
}

/** Asks the listener at an address. Throws {@link NoAnswerError}. */
export type Ask = (address: ListenAddress, question: Question) => Promise<SidecarAnswer>

/** NoAnswerError says that no complete answer came from an address, and why in words. */
export class NoAnswerError extends Error {
  readonly code = 'TAGSIDE_NO_ANSWER'
}

/** Node's own HTTP client: `fetch` speaks to no Unix socket, and takes longer to load. */
export const ask: Ask = async (address, question) => {
  const { method = 'GET', path, headers = {}, body = '', timeoutMs } = question
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  try {
    const outgoing = request({
      ...target(address),
      method,
      path,
      // A sidecar answers to no other name, whatever address it was told to listen on.
      headers: { Host: 'localhost', ...headers, 'Content-Length': Buffer.byteLength(body) },
      agent: false,
      signal: abort.signal,
    })
    outgoing.end(body)
    const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
    if (incoming === undefined) throw new TypeError('expected a response')
    return { status: incoming.statusCode ?? 0, body: await text(incoming) }
  } catch (error) {
    const why = abort.signal.aborted
      ? `no answer within ${Math.ceil(timeoutMs / 10) / 100} s`
      : reason(error)
    throw new NoAnswerError(`${addressText(address)}: ${why}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** A wide address is none that can be connected to everywhere; loopback is part of it. */
function target(
  address: ListenAddress,
): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  if (address.kind === 'unix') return { socketPath: address.path }
  const { host, port } = address
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return { host: host === '::' ? '::1' : host, port }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nobody listens there'],
  ['ENOENT', 'there is no such socket'],
  ['ENOTSOCK', 'there is a file that is no socket'],
  ['EACCES', 'not permitted'],
  ['ENOTFOUND', 'there is no such host'],
  ['EADDRNOTAVAIL', 'nobody listens there'],
])

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  if (code.startsWith('HPE_')) return 'what answers there does not speak HTTP'
  return REASONS.get(code) ?? `no complete answer (${code})`
}
