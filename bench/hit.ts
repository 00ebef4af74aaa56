import { type Contender, contest } from './contest.ts'
import { curve, startGrown } from './curve.ts'
import { all, atLeast, type Findings, joined, type Row } from './findings.ts'
import { benchFile, type Server, startNodeServer } from './processes.ts'
import { cachingProxies, type Proxy } from './proxies.ts'
import { startFull } from './sidecar-server.ts'
import { contestTable, ratio, type Result } from './standings.ts'

const USERS = 100_000
const ROUNDS = 4
const TOKEN = 'a-token-of-the-benchmark-and-of-nobody-else'
const BARE = 'bare node:http'
const TCP = 'sidecar'
const UNIX = 'sidecar, Unix socket'
const GUARDED = 'sidecar, access token'

/** What a hit costs: the sidecar with a full cache and all that is on by default, beside a bare server, frameworks and caching proxies. */
export async function hit(): Promise<Findings> {
  // The caches of the curve are filled while those of the contest are.
  const grown = startGrown()
  const findings = await besidePeers(grown)
  return joined([findings, await curve(await grown)])
}

async function besidePeers(grown: Promise<unknown>): Promise<Findings> {
  const { present: proxies, missing } = cachingProxies()
  const node = (file: string) => (): Promise<Server> =>
    startNodeServer([benchFile(`servers/${file}`)], { USERS: String(USERS) })
  const servers = new Map([
    [BARE, node('bare.ts')],
    [TCP, () => Promise.all([startFull(USERS), grown]).then(([server]) => server)],
    [UNIX, () => startFull(USERS, 'unix')],
    [GUARDED, () => startFull(USERS, 'tcp', { TAGSIDE_ACCESS_TOKEN: TOKEN })],
    ['plain Hono', node('hono.ts')],
    ['fastify', node('fastify.ts')],
    ...proxies.map(({ name, start }) => [name, start] as const),
  ])
  const results = await contest({
    servers,
    contenders: contenders(servers, proxies),
    rounds: ROUNDS,
  })
  const few = proxies.filter(({ users }) => users < USERS)
  return {
    rows: rows(results, proxies, [...missing]),
    tables: [contestTable('GET of a cached user, 32 connections', results, BARE)],
    notes: [
      ...missing,
      ...few.map(
        ({ name, users }) =>
          `${name}: as many as can have their file kept open here (\`ulimit -n\`); the sidecar is compared where it is asked for the same ${users}.`,
      ),
    ],
  }
}

/** All are asked for as many users, uniformly. A proxy that cannot have as many is asked for fewer, and so is the sidecar once more. */
function contenders(
  servers: ReadonlyMap<string, unknown>,
  proxies: readonly Proxy[],
): readonly Contender[] {
  const few = new Map(
    proxies.filter(({ users }) => users < USERS).map(({ name, users }) => [name, users]),
  )
  const every = [...servers.keys()].map((name): Contender => {
    const token = name === GUARDED ? { token: TOKEN } : {}
    return { name, server: name, asked: { kind: 'get', users: few.get(name) ?? USERS, ...token } }
  })
  const once = [...new Set(few.values())].map((users): Contender => ({
    name: sidecarOf(users),
    server: TCP,
    asked: { kind: 'get', users },
  }))
  return [...every, ...once]
}

function sidecarOf(users: number): string {
  return users === USERS ? TCP : `${TCP}, ${users.toLocaleString('en')} users`
}

function rows(
  results: ReadonlyMap<string, Result>,
  proxies: readonly Proxy[],
  missing: readonly string[],
): readonly Row[] {
  const overBare = ratio(results, TCP, BARE)
  const overUnix = ratio(results, UNIX, TCP)
  const overProxies = proxies.map(({ name, users }) => ({
    name,
    over: ratio(results, sidecarOf(users), name),
  }))
  const cpu = ratio(results, TCP, BARE, ({ cpuUsPerAnswer }) => cpuUsPerAnswer)
  const beside = overProxies.map(({ name, over }) => `${over.toFixed(2)} × ${name}`)
  return [
    {
      work: '`GET` of a cached user, 100,000 users, 32 connections',
      against: 'bare `node:http` answering a constant',
      figure: [`${overBare.toFixed(2)} (CPU ${cpu.toFixed(2)} ×)`, ...beside, ...missing].join(
        '; ',
      ),
      bound: '≥ 0.85, and faster than nginx and varnish',
      verdict: all(atLeast(overBare, 0.85), ...overProxies.map(({ over }) => atLeast(over, 1))),
      obstacle: 'the kernel’s part, more than half of a hit, is nginx’s too (profiles.md, “A hit”)',
    },
    {
      work: 'the same over a Unix socket',
      against: 'TCP, same client',
      figure: overUnix.toFixed(2),
      bound: '≥ 1.15',
      verdict: atLeast(overUnix, 1.15),
    },
  ]
}
