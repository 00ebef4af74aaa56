import { startOverCore } from './core-server.ts'
import { all, atLeast, atMost, type Findings, percent, type Row } from './findings.ts'
import { Latencies } from './latencies.ts'
import { LoadGenerator, type Slice } from './load-generator.ts'
import { metric } from './ops.ts'
import type { Server } from './processes.ts'
import { startBuilt, startUpstream } from './sidecar-server.ts'

const UPSTREAM_MS = 30
const LOAD_PER_SECOND = 8_000
const CONNECTIONS = 3_000
/** Users in a request: thousands of requests a second would measure HTTP, not merging. */
const SIZE = 10
const CEILING_STEPS = [9_500, 9_400, 9_300, 9_000, 8_000]
const AIM_PER_SECOND = 9_300

/** Many users who are not cached: how long they wait, beside others' ways of merging, and how many there may be before a queue grows. */
export async function merging(): Promise<Findings> {
  const lines = [['way of merging', 'p50 ms', 'p99 ms', 'answered', 'CPU µs/request']]
  const ours = await withUpstream((upstream) => startBuilt(upstream, {}), waitsOf)
  const linger = await withUpstream((upstream) => startPolicy(upstream, 'linger'), waitsOf)
  const tick = await withUpstream((upstream) => startPolicy(upstream, 'tick'), collapseOf)
  lines.push(
    ['late-bound (the sidecar)', ...cellsOf(ours)],
    ["fixed linger of 10 ms (sturdyc's way)", ...cellsOf(linger)],
    ["a batch for each tick (DataLoader's way)", ...cellsOf(tick)],
  )
  const ceiling = await withUpstream((upstream) => startBuilt(upstream, {}), ceilingOf)
  return {
    rows: [waitRow(ours, linger, tick), ceilingRow(ceiling.perSecond)],
    tables: [
      { title: `${LOAD_PER_SECOND} missing users a second, ten in each request`, lines },
      { title: 'The most missing users a second, ten in each request', lines: ceiling.lines },
    ],
    notes: [],
  }
}

function waitRow(ours: Slice, linger: Slice, tick: Slice): Row {
  const [p50, p99] = [quantileOf(ours, 0.5), quantileOf(ours, 0.99)]
  const isAnswered =
    answeredShare(ours) > 0.999 ? 'reached' : `missed: ${percent(answeredShare(ours))} answered`
  const text = (slice: Slice): string =>
    `${quantileOf(slice, 0.5).toFixed(0)} / ${quantileOf(slice, 0.99).toFixed(0)} ms`
  return {
    work: `8,000 missing users/s (ten in a request), upstream ${UPSTREAM_MS} ms, 100 calls/s`,
    against: `fixed 10 ms linger: ${text(linger)}; batch for each tick: ${percent(answeredShare(tick))} answered`,
    figure: `p50 / p99 ${text(ours)}`,
    bound: 'p50 < upstream + 10 ms, p99 < 3 × upstream',
    verdict: all(isAnswered, atMost(p50, UPSTREAM_MS + 10), atMost(p99, UPSTREAM_MS * 3)),
    obstacle:
      'HTTP and objects of a request, which take more of the processor than the calls do (profiles.md, “A miss under load”)',
  }
}

function ceilingRow(perSecond: number): Row {
  return {
    work: 'most missing users/s without a growing queue',
    against: 'ceiling 10,000',
    figure: `${perSecond}`,
    bound: `≥ ${AIM_PER_SECOND}`,
    verdict: atLeast(perSecond, AIM_PER_SECOND),
  }
}

async function withUpstream<T>(
  start: (upstream: Server) => Promise<Server>,
  measure: (server: Server) => Promise<T>,
): Promise<T> {
  await using upstream = await startUpstream('--latency', String(UPSTREAM_MS))
  await using server = await start(upstream)
  return await measure(server)
}

function startPolicy(upstream: Server, policy: string): Promise<Server> {
  return startOverCore('servers/merging.ts', upstream, { POLICY: policy })
}

async function waitsOf(server: Server): Promise<Slice> {
  await using generator = new LoadGenerator()
  const load = { connections: CONNECTIONS, perSecond: LOAD_PER_SECOND / SIZE }
  // Code that has not run before is interpreted, ten times slower: the load begins small.
  const warmUp = { ...load, perSecond: load.perSecond / 4 }
  await generator.run(server, { ...warmUp, asked: newUsers('early'), seconds: 2 })
  await generator.run(server, { ...load, asked: newUsers('warm'), seconds: 3 })
  return await generator.run(server, { ...load, asked: newUsers('late'), seconds: 8 })
}

/** Where a queue grows without end, a few seconds say as much as many. */
async function collapseOf(server: Server): Promise<Slice> {
  await using generator = new LoadGenerator()
  const load = { connections: CONNECTIONS, perSecond: LOAD_PER_SECOND / SIZE }
  return await generator.run(server, { ...load, asked: newUsers('new'), seconds: 3 })
}

function newUsers(prefix: string) {
  return { kind: 'new', size: SIZE, prefix } as const
}

async function ceilingOf(
  sidecar: Server,
): Promise<{ readonly perSecond: number; readonly lines: readonly (readonly string[])[] }> {
  await using generator = new LoadGenerator()
  const lines = [
    ['offered/s', 'p50 ms, first third', 'p50 ms, last third', 'p99 ms', 'refused users'],
  ]
  const run = (usersPerSecond: number, seconds: number): Promise<Slice> =>
    generator.run(sidecar, {
      asked: { kind: 'new', size: SIZE, prefix: `new-${usersPerSecond}-${seconds}` },
      connections: CONNECTIONS,
      perSecond: usersPerSecond / SIZE,
      seconds,
    })
  await run(6_000, 3)
  for (const usersPerSecond of CEILING_STEPS) {
    const before = await metric(sidecar, 'tagside_shed_users_total')
    const slice = await run(usersPerSecond, 7)
    const refused = (await metric(sidecar, 'tagside_shed_users_total')) - before
    const [first, last] = slice.thirds.map((counts) => new Latencies(counts).quantileMs(0.5))
    const [firstMs, lastMs] = [first ?? Number.NaN, last ?? Number.NaN]
    lines.push([
      `${usersPerSecond}`,
      firstMs.toFixed(0),
      lastMs.toFixed(0),
      quantileOf(slice, 0.99).toFixed(0),
      `${refused}`,
    ])
    // A queue that grows by a hundredth of the load makes the last third wait longer by 50 ms.
    const isSteady = lastMs < Math.max(firstMs * 1.25, firstMs + UPSTREAM_MS / 2)
    if (refused === 0 && isSteady && answeredShare(slice) === 1)
      return { perSecond: usersPerSecond, lines }
  }
  return { perSecond: 0, lines }
}

function cellsOf(slice: Slice): readonly string[] {
  return [
    quantileOf(slice, 0.5).toFixed(0),
    quantileOf(slice, 0.99).toFixed(0),
    percent(answeredShare(slice)),
    slice.cpuUsPerAnswer.toFixed(0),
  ]
}

function quantileOf(slice: Slice, share: number): number {
  return new Latencies(slice.counts).quantileMs(share)
}

function answeredShare({ statuses, answers, unanswered }: Slice): number {
  return (statuses['200'] ?? 0) / (answers + unanswered)
}
