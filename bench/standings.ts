import type { Table } from './findings.ts'
import { quantile } from './figures.ts'
import { Latencies } from './latencies.ts'
import type { Slice } from './load-generator.ts'

/** A slice counts when neither core lost more. */
const LOST_MAX = 0.15
/** With fewer clean slices than this, all are used. */
const CLEAN_MIN = 3

/** What the slices of one contender came to. */
export interface Result {
  /** By round; undefined where one was dropped. */
  readonly slices: readonly (Slice | undefined)[]
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: number
  /** Shares of a core: where the server's is near 1, the generator is not what was measured. */
  readonly serverShare: number
  readonly generatorShare: number
  readonly clean: number
}

/** A slice beside which the machine was taken away is dropped, unless too few are left. */
export function resultOf(all: readonly Slice[]): Result {
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
    serverShare: median(({ serverShare }) => serverShare),
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

/** Every contender's figures, and their ratios to an anchor. */
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
    'server busy',
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
    `${(result.serverShare * 100).toFixed(0)} %`,
    `${(result.generatorShare * 100).toFixed(0)} %`,
    `${result.clean} of ${result.slices.length}`,
  ])
  return { title: `${title}; ratios to ${anchor}`, lines: [head, ...lines] }
}
