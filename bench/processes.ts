import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import type { SaidLine } from '../scripts/programs.ts'
import type { Target } from './connection.ts'
import { type Core, pinned } from './machine.ts'

/** A server under measurement. */
export interface Server extends AsyncDisposable {
  readonly pid: number
  readonly target: Target
  /** The line with which it said that it listens, if it says one. */
  readonly ready: SaidLine
}

const repository = fileURLToPath(new URL('..', import.meta.url))
const running = new Set<ChildProcess>()
const directories = new Set<string>()
process.on('exit', endLeftovers)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(1))

/** Ends what a part that failed has left running, and removes its files. */
export function endLeftovers(): void {
  for (const child of running) child.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
  directories.clear()
}

/** Makes a directory, which is removed when the part is over. */
export function temporaryDirectory(parent = tmpdir()): string {
  const directory = mkdtempSync(join(parent, 'tagside-bench-'))
  directories.add(directory)
  return directory
}

/** Starts a process on a core, with nothing of the environment but what is given and PATH. */
export function startProcess(
  core: Core,
  argv: readonly string[],
  options: {
    readonly environment?: Readonly<Record<string, string>>
    readonly cwd?: string
    readonly stdio?: 'lines' | 'ipc' | 'silent'
  } = {},
): ChildProcess {
  const [command = '', ...rest] = pinned(core, argv)
  const out = options.stdio === 'lines' ? 'pipe' : 'ignore'
  const child = spawn(command, rest, {
    cwd: options.cwd ?? repository,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...options.environment },
    stdio: [
      'ignore',
      out,
      options.stdio === 'silent' ? 'ignore' : 'inherit',
      ...(options.stdio === 'ipc' ? (['ipc'] as const) : []),
    ],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Sends a process of the benchmark something to do and returns what it answers; throws if it ends instead. */
export async function askProcess<T>(child: ChildProcess, job: unknown): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const ended = (): void =>
    reject(
      new Error(
        `${child.spawnargs.join(' ')} ended under way: ${child.exitCode} ${child.signalCode}`,
      ),
    )
  child.once('exit', ended)
  child.once('message', (message: T) => resolve(message))
  child.send(JSON.stringify(job))
  try {
    return await promise
  } finally {
    child.off('exit', ended)
  }
}

/** Ends a process and waits until it is gone. */
export async function endProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Starts a Node program that says in a JSON line where it listens. */
export async function startNodeServer(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  core: Core = 'server',
): Promise<Server> {
  const child = startProcess(core, [process.execPath, ...argv], { environment, stdio: 'lines' })
  const { promise, resolve, reject } = Promise.withResolvers<SaidLine>()
  child.once('exit', () => reject(new Error(`${argv.join(' ')} ended before it listened`)))
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said: SaidLine = JSON.parse(line)
      if (said['url'] !== undefined) resolve(said)
    })
  }
  const ready = await promise
  return {
    pid: child.pid ?? 0,
    ready,
    target: targetOf(String(ready['url'])),
    [Symbol.asyncDispose]: () => endProcess(child),
  }
}

/** Starts any other program, and waits until its port is open. */
export async function startOther(argv: readonly string[], port: number): Promise<Server> {
  const child = startProcess('server', argv, { stdio: 'silent' })
  const target = { port }
  for (let attempt = 0; !(await isOpen(port)); attempt += 1) {
    if (child.exitCode !== null || attempt > 200) {
      await endProcess(child)
      throw new Error(`${argv[0]} does not listen on port ${port}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    pid: child.pid ?? 0,
    ready: {},
    target,
    // A program with children of its own takes them with it.
    [Symbol.asyncDispose]: () => endProcess(child, 'SIGTERM'),
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const closed = once(server, 'close')
  server.close()
  await closed
  return address === null || typeof address === 'string' ? 0 : address.port
}

/** The path of a file of the benchmark. */
export function benchFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

function targetOf(url: string): Target {
  return url.startsWith('unix:') ? { path: url.slice(5) } : { port: Number(new URL(url).port) }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
