import type { Table } from './findings.ts'
import { quantile } from './figures.ts'
import { Latencies } from './latencies.ts'
import { LoadGenerator, type Slice } from './load-generator.ts'
import type { Server } from './processes.ts'
import type { Asked } from './requests.ts'

/** A server and what it is asked. */
export interface Contender {
  readonly name: string
  /** Of {@link ContestOptions.servers}. Several contenders may share one. */
  readonly server: string
  readonly asked: Asked
  readonly connections?: number
}

export interface ContestOptions {
  readonly servers: ReadonlyMap<string, () => Promise<Server>>
  readonly contenders: readonly Contender[]
  /** How often every server is started anew; default 2. */
  readonly generations?: number
  /** Slices of a second for each contender and generation. */
  readonly rounds: number
  /** Default 2. */
  readonly warmUpSeconds?: number
}

const CONNECTIONS = 32
const WARM_UP_S = 1.5
const SLICE_S = 1
/** A slice counts when neither core lost more. */
const LOST_MAX = 0.15
/** With fewer clean slices than this, all are used. */
const CLEAN_MIN = 3

/** What the slices of one contender came to. */
export interface Result {
  readonly slices: readonly (Slice | undefined)[]
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: number
  readonly generatorShare: number
  readonly clean: number
}

/**
 * Lets contenders alternate in slices of a second over 32 connections, every server a fresh process and all but one idle. The order turns round from
 * round to round. A slice beside which the machine was taken away is dropped.
 */
export async function contest(options: ContestOptions): Promise<ReadonlyMap<string, Result>> {
  const slices = new Map<string, Slice[]>(options.contenders.map(({ name }) => [name, []]))
  await using generator = new LoadGenerator()
  for (let generation = 0; generation < (options.generations ?? 2); generation += 1) {
    await using servers = new AsyncDisposableStack()
    const started = new Map<string, Server>()
    const starts = [...options.servers].map(async ([name, start]) => {
      started.set(name, servers.use(await start()))
    })
    await Promise.all(starts)
    const run = (
      { name, server, asked, connections = CONNECTIONS }: Contender,
      seconds: number,
    ) => {
      const found = started.get(server)
      if (found === undefined) throw new Error(`${name} has no server`)
      return generator.run(found, { asked, connections, seconds })
    }
    for (const contender of options.contenders)
      await run(contender, options.warmUpSeconds ?? WARM_UP_S)
    for (let round = 0; round < options.rounds; round += 1) {
      const order = round % 2 === 0 ? options.contenders : options.contenders.toReversed()
      for (const contender of order) {
        const slice = await run(contender, SLICE_S)
        refuseFailures(contender.name, slice)
        slices.get(contender.name)?.push(slice)
      }
    }
  }
  return new Map([...slices].map(([name, all]) => [name, resultOf(all)]))
}

function refuseFailures(name: string, { statuses, unanswered }: Slice): void {
  const isGood = unanswered === 0 && Object.keys(statuses).every((status) => status === '200')
  if (!isGood) {
    throw new Error(`${name}: ${unanswered} unanswered, statuses ${JSON.stringify(statuses)}`)
  }
}

function resultOf(all: readonly Slice[]): Result {
  const isClean = (slice: Slice): boolean => slice.lostBeside <= LOST_MAX
  const clean = all.filter(isClean).length
  const slices = all.map((slice) => (clean < CLEAN_MIN || isClean(slice) ? slice : undefined))
  const used = slices.filter((slice) => slice !== undefined)
  const median = (read: (slice: Slice) => number): number => quantile(used.map(read), 0.5)
  const latencies = new Latencies()
  for (const { counts } of used) latencies.merge(counts)
  return {
    slices,
    perSecond: median(({ perSecond }) => perSecond),
    p50Ms: latencies.quantileMs(0.5),
    p99Ms: latencies.quantileMs(0.99),
    cpuUs: median(({ cpuUsPerAnswer }) => cpuUsPerAnswer),
    generatorShare: median(({ generatorShare }) => generatorShare),
    clean,
  }
}

/** The median over rounds of one contender's figure over another's in the same round; over all slices where no round is clean in both. */
export function ratio(
  results: ReadonlyMap<string, Result>,
  name: string,
  anchor: string,
  read: (slice: Slice) => number = ({ perSecond }) => perSecond,
): number {
  const one = results.get(name)?.slices ?? []
  const other = results.get(anchor)?.slices ?? []
  const pairs = one.flatMap((slice, round) => {
    const beside = other[round]
    return slice === undefined || beside === undefined ? [] : [read(slice) / read(beside)]
  })
  if (pairs.length > 0) return quantile(pairs, 0.5)
  const median = (slices: readonly (Slice | undefined)[]): number =>
    quantile(
      slices.flatMap((slice) => (slice === undefined ? [] : [read(slice)])),
      0.5,
    )
  return median(one) / median(other)
}

/** Every contender's figures over those of an anchor. */
export function contestTable(
  title: string,
  results: ReadonlyMap<string, Result>,
  anchor: string,
): Table {
  const head = [
    'contender',
    'ratio',
    'CPU ratio',
    'answers/s',
    'p50 ms',
    'p99 ms',
    'CPU µs/answer',
    'generator busy',
    'clean slices',
  ]
  const lines = [...results].map(([name, result]) => [
    name,
    ratio(results, name, anchor).toFixed(2),
    ratio(results, name, anchor, ({ cpuUsPerAnswer }) => cpuUsPerAnswer).toFixed(2),
    result.perSecond.toFixed(0),
    result.p50Ms.toFixed(2),
    result.p99Ms.toFixed(2),
    result.cpuUs.toFixed(1),
    `${(result.generatorShare * 100).toFixed(0)} %`,
    `${result.clean} of ${result.slices.length}`,
  ])
  return { title, lines: [head, ...lines] }
}
