/**
 * `npm start`: the fake Tencent endpoint and a sidecar in front of it, each its own process with real sockets, until Ctrl-C.
 * Arguments go to the sidecar: `npm start -- --ttl 5s`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What decides where calls go and who signs them is this script's to set; every other TAGSIDE_* variable is the user's. */
const OURS = /^TAGSIDE_(SDK_APP_ID|SECRET_KEY|SECRET_KEY_FILE|ADMIN_ID|REGION|UPSTREAM_URL|CONFIG)$/

/** A JSON line on a program's standard output. */
type ReadyLine = Readonly<Record<string, string | number>>

const children: ChildProcess[] = []
let isStopping = false

process.on('SIGINT', stop)
process.on('SIGTERM', stop)
process.on('exit', () => children.forEach((child) => child.kill()))

const mock = await startProgram('mock-server', ['--json'], process.env, 'ready')
const usersEnvironment = Object.entries(process.env).filter(([name]) => !OURS.test(name))
const sidecar = await startProgram(
  'sidecar',
  process.argv.slice(2),
  {
    ...Object.fromEntries(usersEnvironment),
    TAGSIDE_UPSTREAM_URL: text(mock, 'url'),
    TAGSIDE_SDK_APP_ID: text(mock, 'sdkAppId'),
    TAGSIDE_SECRET_KEY: text(mock, 'secretKey'),
    TAGSIDE_ADMIN_ID: text(mock, 'adminId'),
  },
  'listening',
)
const url = text(sidecar, 'url')
console.log(`
Tagside is running. Nothing here talks to Tencent; Ctrl-C stops it.

  fake Tencent  ${text(mock, 'url').padEnd(24)} app ${text(mock, 'sdkAppId')}, users xiaoming and xiaohong
  sidecar       ${url.padEnd(24)} answers lookups
  ops           ${text(sidecar, 'opsUrl').padEnd(24)} /livez /readyz /version

Ask for the tags of a user:

${curl(url)}`)

/** Starts a program of this repository and returns its JSON line with the given event. Its exit is the end of everything. */
async function startProgram(
  name: string,
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  event: string,
): Promise<ReadyLine> {
  const main = fileURLToPath(new URL(`../packages/${name}/src/main.ts`, import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', main, ...argv], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  child.on('exit', (status) => {
    if (isStopping) return
    process.exitCode = status === null || status === 0 ? 1 : status
    stop()
  })
  const { promise, resolve } = Promise.withResolvers<ReadyLine>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said: ReadyLine = JSON.parse(line)
    if (said['event'] === event) resolve(said)
    else if (said['level'] === 'warn' || said['level'] === 'error') console.log(line)
  })
  return promise
}

function stop(): void {
  if (isStopping) return
  isStopping = true
  const running = children.filter((child) => child.exitCode === null && child.signalCode === null)
  for (const child of running) child.kill('SIGTERM')
  void Promise.all(running.map((child) => once(child, 'exit'))).then(() => process.exit())
}

function text(said: ReadyLine, name: string): string {
  return String(said[name] ?? 'off')
}

function curl(at: string): string {
  const path = '/v1/users/xiaoming/tags'
  return at.startsWith('unix:')
    ? `curl --unix-socket ${at.slice(5)} http://localhost${path}`
    : `curl ${at}${path}`
}
