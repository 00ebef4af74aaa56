import type { Distribution } from '../lookup/histogram.ts'

/** One number of a family. */
interface Sample {
  /** Only where it is not the family's own name. */
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric with all its series at one moment, as the Prometheus client hands metrics from one process to another. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** How several processes' would be merged; there is one. */
  readonly aggregator: 'first'
  readonly values: readonly Sample[]
}

/** The value itself, or one for each value of `label`. */
type Values = number | { readonly [label: string]: Readonly<Record<string, number>> }

export const counter = (name: string, help: string, values: Values): Family =>
  family('counter', name, help, samples(values))

export const gauge = (name: string, help: string, values: Values): Family =>
  family('gauge', name, help, samples(values))

/** A counter with several labels. */
export const labelled = (name: string, help: string, values: readonly Sample[]): Family =>
  family('counter', name, help, values)

/** A gauge whose series may be none. */
export const labelledGauge = (name: string, help: string, values: readonly Sample[]): Family =>
  family('gauge', name, help, values)

export function histogram(name: string, help: string, distribution: Distribution): Family {
  const { bounds, buckets, sum, count } = distribution
  let below = 0
  const cumulative = bounds.map((bound, index): Sample => {
    below += buckets[index] ?? 0
    return sample(`${name}_bucket`, below, { le: String(bound) })
  })
  return family('histogram', name, help, [
    ...cumulative,
    sample(`${name}_bucket`, count, { le: '+Inf' }),
    sample(`${name}_sum`, sum),
    sample(`${name}_count`, count),
  ])
}

const PREFIX = 'tagside_'

function family(
  type: Family['type'],
  name: string,
  help: string,
  values: readonly Sample[],
): Family {
  return { name: `${PREFIX}${name}`, help, type, aggregator: 'first', values }
}

function sample(name: string, value: number, labels: Sample['labels'] = {}): Sample {
  return { metricName: `${PREFIX}${name}`, labels, value }
}

function samples(values: Values): Sample[] {
  if (typeof values === 'number') return [{ labels: {}, value: values }]
  return Object.entries(values).flatMap(([label, counts]) =>
    Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value })),
  )
}
