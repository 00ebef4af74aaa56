/**
 * `npm start`: the fake Tencent endpoint and a sidecar in front of it, each its own process with real sockets, until Ctrl-C.
 * Arguments go to the sidecar: `npm start -- --ttl 5s`; `--mock-port N` is the fake endpoint's (default 7440, 0 picks one).
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

import { type SaidLine, startMock, startSidecar } from './programs.ts'

/** What decides where calls go, who signs them and who may ask is set here; every other TAGSIDE_* variable is the user's. */
const NOT_THE_USERS =
  /^TAGSIDE_(SDK_APP_ID|SECRET_KEY|SECRET_KEY_FILE|ADMIN_ID|REGION|UPSTREAM_URL|CONFIG|ACCESS_TOKEN|ACCESS_TOKEN_FILE|LOG_LEVEL)$/

/** Flags of the sidecar that have no place here: it would not say that it is ready, or would not answer the printed curl line. */
const NOT_HERE = new Set([
  '--help',
  '-h',
  '--version',
  '--log-level',
  '--access-token-file',
  '--config',
])

const children: ChildProcess[] = []
let isStopping = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)

const stranger = process.argv
  .slice(2)
  .find(
    (argument, index) =>
      NOT_HERE.has(argument.split('=')[0] ?? '') || (index === 0 && !argument.startsWith('-')),
  )
if (stranger !== undefined) {
  console.error(
    `npm start takes flags of the sidecar, but not ${stranger}; for that there is: npm run -s tagside -- ${stranger}`,
  )
  process.exit(2)
}

try {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !NOT_THE_USERS.test(name)),
  )
  const argv = process.argv.slice(2)
  const mockPort = argv.indexOf('--mock-port')
  const mockArgv = mockPort === -1 ? [] : ['--port', ...argv.splice(mockPort, 2).slice(1)]
  const mock = await startMock({ argv: mockArgv, environment, onStart: watch })
  const sidecar = await startSidecar(mock, {
    argv,
    environment,
    onStart: watch,
    onLine: showTrouble,
  })
  console.log(banner(mock.ready, sidecar.ready))
} catch {
  // The program that could not start has said why on standard error; its exit stops everything.
}

/** Neither program is of use without the other: when one ends, so does the other. */
function watch(child: ChildProcess): void {
  children.push(child)
  child.on('exit', (status) => {
    if (isStopping) return
    process.exitCode = status === null || status === 0 ? 1 : status
    stop()
  })
}

function stop(): void {
  if (isStopping) return
  isStopping = true
  void stopAll().then(() => process.exit())
}

/** Last started, first stopped: while the sidecar drains, the upstream still answers. */
async function stopAll(): Promise<void> {
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

function showTrouble(said: SaidLine): void {
  if (said['level'] === 'warn' || said['level'] === 'error') console.log(JSON.stringify(said))
}

function banner(mock: SaidLine, sidecar: SaidLine): string {
  const rows = [
    ['fake Tencent', mock['url'], `app ${mock['sdkAppId']}, users xiaoming and xiaohong`],
    ['sidecar', sidecar['url'], 'answers lookups'],
    ['ops', sidecar['opsUrl'] ?? 'off', 'status page; /metrics, probes'],
  ].map(([name, url, what]) => `  ${String(name).padEnd(14)}${String(url).padEnd(25)}${what}`)
  return `
Tagside is running. Nothing here talks to Tencent; Ctrl-C stops it.

${rows.join('\n')}

Ask for the tags of a user:

${curl(String(sidecar['url']))}`
}

function curl(url: string): string {
  const path = '/v1/users/xiaoming/tags'
  if (!url.startsWith('unix:')) return `curl ${url}${path}`
  return `curl --unix-socket ${url.slice('unix:'.length)} http://localhost${path}`
}
