import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A JSON line on a program's standard output. */
export type SaidLine = Readonly<Record<string, string | number>>

/** A program of this repository, running from source as its own process. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess
  /** The line with which it said that it was ready. */
  readonly ready: SaidLine
  readonly url: string
}

export interface ProgramOptions {
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Told of the process at once, and of every line that it says. */
  readonly onStart?: (child: ChildProcess) => void
  readonly onLine?: (said: SaidLine) => void
}

/** Starts the fake Tencent endpoint. */
export function startMock(options: ProgramOptions): Promise<Program> {
  return start('mock-server', 'ready', { ...options, argv: ['--json', ...options.argv] })
}

/** Starts a sidecar in front of a mock, with the mock's key or one in a file. */
export function startSidecar(
  mock: Program,
  options: ProgramOptions & { readonly secretKeyFile?: string },
): Promise<Program> {
  const { sdkAppId = '', secretKey = '', adminId = '' } = mock.ready
  const { secretKeyFile } = options
  return start('sidecar', 'listening', {
    ...options,
    environment: {
      ...options.environment,
      TAGSIDE_UPSTREAM_URL: mock.url,
      TAGSIDE_SDK_APP_ID: String(sdkAppId),
      ...(secretKeyFile === undefined
        ? { TAGSIDE_SECRET_KEY: String(secretKey) }
        : { TAGSIDE_SECRET_KEY_FILE: secretKeyFile }),
      TAGSIDE_ADMIN_ID: String(adminId),
    },
  })
}

/** Both, on free ports, and nothing of the environment but what a program needs to run. */
export async function startPair(
  mockArgv: readonly string[] = [],
  sidecarArgv: readonly string[] = [],
): Promise<{ mock: Program; sidecar: Program } & AsyncDisposable> {
  const environment = { PATH: process.env['PATH'] }
  const mock = await startMock({ argv: ['--port', '0', ...mockArgv], environment })
  const listeners = ['--listen', '127.0.0.1:0', '--ops-listen', '127.0.0.1:0']
  const sidecar = await startSidecar(mock, { argv: [...listeners, ...sidecarArgv], environment })
  return {
    mock,
    sidecar,
    [Symbol.asyncDispose]: async () => {
      await sidecar[Symbol.asyncDispose]()
      await mock[Symbol.asyncDispose]()
    },
  }
}

async function start(name: string, readyEvent: string, options: ProgramOptions): Promise<Program> {
  const main = fileURLToPath(new URL(`../packages/${name}/src/main.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', main, ...options.argv], {
    env: { ...options.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A Ctrl-C goes to the whole group of a terminal; who started the programs ends them, in the right order.
    detached: true,
  })
  // In a group of its own it would outlive a script that fails.
  process.on('exit', () => child.kill())
  options.onStart?.(child)
  const { promise, resolve, reject } = Promise.withResolvers<SaidLine>()
  child.once('exit', () => reject(new Error(`${name} ended before it was ready`)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said: SaidLine = JSON.parse(line)
    options.onLine?.(said)
    if (said['event'] === readyEvent) resolve(said)
  })
  const ready = await promise
  return {
    child,
    ready,
    url: String(ready['url']),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
