import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of this repository, running as its own process. */
export interface Program extends AsyncDisposable {
  readonly url: string
  /** The JSON line with which it said that it was ready. */
  readonly ready: Readonly<Record<string, string | number>>
}

/** Starts the fake Tencent endpoint on a free port. */
export function startMock(...argv: readonly string[]): Promise<Program> {
  return start('mock-server', ['--json', '--port', '0', ...argv], {}, 'ready')
}

/** Starts a sidecar in front of a mock, on free ports. */
export function startSidecar(mock: Program, ...argv: readonly string[]): Promise<Program> {
  const { sdkAppId = '', secretKey = '' } = mock.ready
  const listeners = [
    '--listen',
    '127.0.0.1:0',
    '--ops-listen',
    '127.0.0.1:0',
    '--upstream-url',
    mock.url,
  ]
  return start(
    'sidecar',
    [...listeners, ...argv],
    { TAGSIDE_SDK_APP_ID: String(sdkAppId), TAGSIDE_SECRET_KEY: String(secretKey) },
    'listening',
  )
}

async function start(
  name: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  event: string,
): Promise<Program> {
  const main = fileURLToPath(new URL(`../packages/${name}/src/main.ts`, import.meta.url))
  const child: ChildProcess = spawn(process.execPath, ['--conditions=source', main, ...argv], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new TypeError('the program has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    const ready: Program['ready'] = JSON.parse(line)
    if (ready['event'] !== event) continue
    return {
      url: String(ready['url']),
      ready,
      [Symbol.asyncDispose]: async () => {
        child.kill('SIGTERM')
        await once(child, 'exit')
      },
    }
  }
  throw new Error(`${name} ended before it was ready`)
}
