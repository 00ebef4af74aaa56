import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import mockPackage from '../packages/mock-server/package.json' with { type: 'json' }
import sidecarPackage from '../packages/sidecar/package.json' with { type: 'json' }
import { HttpClient } from './http-client.ts'
import { benchFile, type Server, startNodeServer, temporaryDirectory } from './processes.ts'
import { batchBody } from './requests.ts'
import { userName } from './servers/samples.ts'

const USERS_PER_FILL = 1_000
const FILL_ATTEMPTS = 20
const FILL_PAUSE_MS = 500
const main = fileURLToPath(
  new URL(`../packages/sidecar/${sidecarPackage.bin.tagside}`, import.meta.url),
)
const mockMain = fileURLToPath(
  new URL(`../packages/mock-server/${mockPackage.bin['tagside-mock']}`, import.meta.url),
)

let isBuilt = false

/** Builds the programs, once. */
export function build(): void {
  if (isBuilt) return
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  isBuilt = true
}

/** Starts the built fake Tencent endpoint, which knows every account, beside the load generator. */
export function startUpstream(...flags: readonly string[]): Promise<Server> {
  build()
  const argv = ['--json', '--port', '0', '--unknown-accounts', 'empty', ...flags]
  return startNodeServer([mockMain, ...argv], {}, 'load')
}

/** Starts the built sidecar in front of a mock, or of whatever stands in for one. */
export function startBuilt(
  upstream: Server,
  environment: Readonly<Record<string, string>>,
): Promise<Server> {
  build()
  const {
    sdkAppId = 1_400_000_000,
    secretKey = 'nobody-checks-it',
    adminId = 'administrator',
  } = upstream.ready
  return startNodeServer([main], {
    TAGSIDE_UPSTREAM_URL: String(upstream.ready['url']),
    TAGSIDE_SDK_APP_ID: String(sdkAppId),
    TAGSIDE_SECRET_KEY: String(secretKey),
    TAGSIDE_ADMIN_ID: String(adminId),
    TAGSIDE_LISTEN: '127.0.0.1:0',
    TAGSIDE_OPS_LISTEN: '127.0.0.1:0',
    ...environment,
  })
}

/**
 * Starts the built sidecar with `users` users in its cache, three tags each, and everything else as it is by default. Its cache is filled through
 * `batchGet`.
 */
export async function startFull(
  users: number,
  listen: 'tcp' | 'unix' = 'tcp',
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const directory = temporaryDirectory()
  const upstream = await startNodeServer([benchFile('servers/upstream.ts')], {}, 'load')
  const sidecar = await startBuilt(upstream, {
    TAGSIDE_TTL: '1d',
    TAGSIDE_CACHE_MAX_BYTES: '1GiB',
    TAGSIDE_CALLS_PER_SECOND: '10000',
    TAGSIDE_LISTEN: listen === 'unix' ? `unix:${directory}/socket` : '127.0.0.1:0',
    ...environment,
  })
  await fill(sidecar, users, environment['TAGSIDE_ACCESS_TOKEN'])
  await upstream[Symbol.asyncDispose]()
  return sidecar
}

/** Asks for so many users, a thousand at a time. */
export async function fill(sidecar: Server, users: number, token?: string): Promise<void> {
  const client = new HttpClient(sidecar.target, 4, {
    'X-Request-Timeout-Ms': '10000',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  })
  const fills = Array.from({ length: Math.ceil(users / USERS_PER_FILL) }, (_, index) => index)
  const work = async (): Promise<void> => {
    for (let at = fills.shift(); at !== undefined; at = fills.shift()) {
      const from = at * USERS_PER_FILL
      const names = Array.from({ length: Math.min(USERS_PER_FILL, users - from) }, (_, place) =>
        userName(from + place),
      )
      let problem = await problemOfFill(client, names)
      // On a busy machine a process that has just started may miss its deadline.
      for (let attempt = 1; problem !== undefined; attempt += 1) {
        if (attempt === FILL_ATTEMPTS) throw new Error(`the cache cannot be filled: ${problem}`)
        await new Promise((resolve) => setTimeout(resolve, FILL_PAUSE_MS))
        problem = await problemOfFill(client, names)
      }
    }
  }
  await Promise.all([work(), work(), work(), work()])
  client.close()
}

/** Returns why some of these users could not be fetched, or nothing. */
async function problemOfFill(
  client: HttpClient,
  names: readonly string[],
): Promise<string | undefined> {
  const { status, body } = await client.post('/v1/tags:batchGet', batchBody(names))
  if (status !== 200) return `${status} ${body}`
  const at = body.indexOf('"error"')
  return at < 0 ? undefined : body.slice(at, at + 300)
}
