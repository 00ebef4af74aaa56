import { type Contender, contest, contestTable, ratio, type Result } from './contest.ts'
import { curve } from './curve.ts'
import { all, atLeast, type Findings, joined, type Row } from './findings.ts'
import { benchFile, type Server, startNodeServer } from './processes.ts'
import { cachingProxies, PROXIED_USERS } from './proxies.ts'
import { startFull } from './sidecar-server.ts'

const USERS = 100_000
const ROUNDS = 4
const TOKEN = 'a-token-of-the-benchmark-and-of-nobody-else'
const BARE = 'bare node:http'
const TCP = 'sidecar'
const UNIX = 'sidecar, Unix socket'

/** What a hit costs: the sidecar with a full cache and all that is on by default, beside a bare server, frameworks and caching proxies. */
export async function hit(): Promise<Findings> {
  return joined([await besidePeers(), await curve()])
}

async function besidePeers(): Promise<Findings> {
  const { present, missing } = cachingProxies()
  const node = (file: string) => (): Promise<Server> =>
    startNodeServer([benchFile(`servers/${file}`)], { USERS: String(USERS) })
  const servers = new Map([
    [BARE, node('bare.ts')],
    [TCP, () => startFull(USERS)],
    [UNIX, () => startFull(USERS, 'unix')],
    ['sidecar, access token', () => startFull(USERS, 'tcp', { TAGSIDE_ACCESS_TOKEN: TOKEN })],
    ['plain Hono', node('hono.ts')],
    ['fastify', node('fastify.ts')],
    ...present,
  ])
  const contenders = [...servers.keys()].map((name): Contender => {
    const users = present.has(name) ? PROXIED_USERS : USERS
    const token = name.endsWith('token') ? { token: TOKEN } : {}
    return { name, server: name, asked: { kind: 'get', users, ...token } }
  })
  const results = await contest({ servers, contenders, rounds: ROUNDS })
  return {
    rows: rows(results, [...present.keys()]),
    tables: [contestTable('GET of a cached user, 32 connections', results, BARE)],
    notes: [
      ...missing,
      `The proxies are asked for ${PROXIED_USERS} users, as many as nginx can keep open files of here; the others for ${USERS}, uniformly.`,
    ],
  }
}

function rows(results: ReadonlyMap<string, Result>, proxies: readonly string[]): readonly Row[] {
  const overBare = ratio(results, TCP, BARE)
  const overUnix = ratio(results, UNIX, TCP)
  const overProxies = proxies.map((proxy) => ({ proxy, over: ratio(results, TCP, proxy) }))
  const cpu = ratio(results, TCP, BARE, ({ cpuUsPerAnswer }) => cpuUsPerAnswer)
  const beside = overProxies.map(({ proxy, over }) => `${over.toFixed(2)} × ${proxy}`)
  return [
    {
      work: '`GET` of a cached user, 100,000 users, 32 connections',
      against: 'bare `node:http` answering a constant',
      figure: [`${overBare.toFixed(2)} (CPU ${cpu.toFixed(2)} ×)`, ...beside].join('; '),
      bound: '≥ 0.85, and faster than nginx and varnish',
      verdict: all(atLeast(overBare, 0.85), ...overProxies.map(({ over }) => atLeast(over, 1))),
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
