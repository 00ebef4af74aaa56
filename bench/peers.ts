import { type ClientContender, clientContest, clientRatio, clientTable } from './client-contest.ts'
import { all, atLeast, atMost, type Findings, type Row } from './findings.ts'
import { installed } from './machine.ts'
import { startRedis } from './redis-server.ts'
import { startFull } from './sidecar-server.ts'

const USERS = 100_000
const REDIS_MISSING = 'redis-server is not installed'
const SIDECAR = 'batchGet by undici'
const PIPELINING = 4
const PIPELINED = `${SIDECAR}, 8 connections, pipelining ${PIPELINING}`
const DISPATCHED = `batchGet by undici's dispatch, 8 connections, pipelining ${PIPELINING}`
const REDIS = 'MGET by ioredis, and parse'
const WORK = '`batchGet` of 100 cached users from a Node client (undici)'
const AGAINST = 'Redis `MGET` of 100 by ioredis + parse'
const BOUND = '≥ 1.0 of its calls/s, ≤ 0.7 of its client CPU'

/** `batchGet` of 100 as an app would ask, beside Redis. */
export async function batchFromNode(): Promise<Findings> {
  const redis = installed('redis-server')
  if (redis === undefined) {
    const row = {
      work: WORK,
      against: AGAINST,
      figure: '–',
      bound: BOUND,
      verdict: 'not measured',
      obstacle: REDIS_MISSING,
    }
    return { rows: [row], tables: [], notes: [REDIS_MISSING] }
  }
  const both = { users: USERS, size: 100, concurrency: 32 }
  const pipelined = { server: 'sidecar', ...both, pipelining: PIPELINING }
  const results = await clientContest(
    serversOf(redis),
    [
      { name: SIDECAR, server: 'sidecar', way: 'undici', ...both },
      { name: PIPELINED, ...pipelined, way: 'undici' },
      { name: DISPATCHED, ...pipelined, way: 'undici dispatch' },
      { name: REDIS, server: 'redis', way: 'ioredis', ...both },
    ],
    { generations: 2, rounds: 4 },
  )
  const calls = (name: string): number =>
    clientRatio(results, name, REDIS, ({ perSecond }) => perSecond)
  const cpu = (name: string): number =>
    clientRatio(results, name, REDIS, ({ clientUs }) => clientUs)
  const text = (name: string): string =>
    `${calls(name).toFixed(2)} of its calls/s, ${cpu(name).toFixed(2)} of its client CPU`
  const row: Row = {
    work: WORK,
    against: AGAINST,
    figure: `${text(DISPATCHED)} by \`pool.dispatch\` with pipelining; ${text(PIPELINED)} by \`pool.request\` with it; ${text(SIDECAR)} without`,
    bound: BOUND,
    verdict: all(atLeast(calls(DISPATCHED), 1), atMost(cpu(DISPATCHED), 0.7)),
    obstacle:
      'calls: the server’s look-ups in a large cache, and HTTP (profiles.md, “A batch from a Node client”)',
  }
  const title = '100 users from a Node client, 32 calls at a time, uniformly out of 100,000'
  return { rows: [row], tables: [clientTable(title, results, REDIS)], notes: [] }
}

/** A single user as an app would ask: by undici, by `fetch`, and of Redis. */
export async function peers(): Promise<Findings> {
  const redis = installed('redis-server')
  const one = { users: USERS, size: 1 }
  const contenders = [1, 32].flatMap((concurrency): ClientContender[] => [
    {
      name: `GET by undici, ${concurrency} at a time`,
      server: 'sidecar',
      way: 'undici',
      ...one,
      concurrency,
    },
    {
      name: `GET by fetch, ${concurrency} at a time`,
      server: 'sidecar',
      way: 'fetch',
      ...one,
      concurrency,
    },
    {
      name: `Redis GET by ioredis, ${concurrency} at a time`,
      server: 'redis',
      way: 'ioredis',
      ...one,
      concurrency,
    },
  ])
  const servers = serversOf(redis)
  const results = await clientContest(
    servers,
    contenders.filter(({ server }) => servers.has(server)),
    { generations: 1, rounds: 3 },
  )
  const tables = [1, 32].map((concurrency) => {
    const end = `${concurrency} at a time`
    const those = new Map([...results].filter(([name]) => name.endsWith(`, ${end}`)))
    return clientTable(`A single user from a Node client, ${end}`, those, `GET by undici, ${end}`)
  })
  return { rows: [], tables, notes: redis === undefined ? [REDIS_MISSING] : [] }
}

function serversOf(redis: string | undefined) {
  return new Map([
    ['sidecar', () => startFull(USERS)],
    ...(redis === undefined ? [] : [['redis', () => startRedis(redis, USERS)] as const]),
  ])
}
