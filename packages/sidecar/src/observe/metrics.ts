import { Counter, Gauge, Registry } from '@prometheus-io/client'

import type { BreakerState } from '../lookup/breaker.ts'
import type { LookupState } from '../lookup/lookup-state.ts'
import type { SecretState } from '../secrets/secret-change.ts'
import { SECRET_ROWS } from './secret-metrics.ts'

/** Half-open is neither: a probe is on its way. */
const STATE_VALUES: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  'half-open': 0.5,
  open: 1,
}

/** A metric: what it is called, what it means, and how it is read off the lookup. With a label, one value for each of its values. */
interface Row {
  readonly type: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  readonly label?: string
  readonly values: (state: LookupState) => Readonly<Record<string, number>> | number
}

/** Labels come from closed sets only: no user, no path, no code that Tencent might invent. */
const ROWS: readonly Row[] = [
  {
    type: 'gauge',
    name: 'breaker_state',
    help: '1 open: calls are paused; 0.5 half-open: one call tries; 0 closed',
    label: 'name',
    values: (state) => ({
      upstream: STATE_VALUES[state.breaker],
      credentials: STATE_VALUES[state.credentials],
    }),
  },
  {
    type: 'counter',
    name: 'upstream_calls_total',
    help: 'Upstream calls that ended',
    label: 'result',
    values: (state) => ({ answered: state.callsAnswered, failed: state.callsFailed }),
  },
  {
    type: 'counter',
    name: 'upstream_retries_total',
    help: 'Calls for users who had all been in a call before; part of the calls',
    values: (state) => state.retries,
  },
  {
    type: 'gauge',
    name: 'upstream_window_calls',
    help: 'Most upstream calls in any trailing second since the last scrape',
    values: (state) => state.windowCalls,
  },
  {
    type: 'gauge',
    name: 'pace_ratio',
    help: 'Share of the full call rate in use',
    values: (state) => state.paceFactor,
  },
  {
    type: 'gauge',
    name: 'queue_users',
    help: 'Users waiting for a slot',
    label: 'class',
    values: (state) => ({ foreground: state.foregroundUsers, refresh: state.refreshUsers }),
  },
  {
    type: 'counter',
    name: 'shed_users_total',
    help: 'Users refused at once',
    label: 'reason',
    values: (state) => ({ overloaded: state.shedOverloaded, paused: state.shedPaused }),
  },
  { type: 'gauge', name: 'flights', help: 'Users being fetched', values: (state) => state.flights },
  {
    type: 'gauge',
    name: 'cache_entries',
    help: 'Users in the cache, unknown ones included',
    values: (state) => state.cacheEntries,
  },
  {
    type: 'gauge',
    name: 'cache_bytes',
    help: 'Bytes that the cache accounts for',
    values: (state) => state.cacheBytes,
  },
  {
    type: 'counter',
    name: 'limiter_replacements_total',
    help: 'Limiters replaced because they granted nothing',
    values: (state) => state.limiterReplacements,
  },
]

/** Prometheus text of how the lookup and the secrets are at the moment it is asked. */
export interface Metrics {
  readonly contentType: string
  readonly text: () => Promise<string>
}

export function createMetrics(
  state: () => LookupState,
  secrets: () => readonly SecretState[],
): Metrics {
  const registry = new Registry()
  const updates = ROWS.map((row) => register(row, registry))
  const updateSecrets = registerSecrets(registry)
  return {
    contentType: registry.contentType,
    text: () => {
      const now = state()
      for (const update of updates) update(now)
      updateSecrets(secrets())
      return registry.metrics()
    },
  }
}

function register(row: Row, registry: Registry): (state: LookupState) => void {
  const options = {
    name: `tagside_${row.name}`,
    help: row.help,
    labelNames: row.label === undefined ? [] : [row.label],
    registers: [registry],
  }
  const series = row.type === 'gauge' ? new Gauge(options) : new Counter(options)
  return (state) => {
    const values = row.values(state)
    // The lookup counts; what is shown is its count, however often it is asked.
    series.reset()
    if (typeof values === 'number') series.inc(values)
    else
      for (const [value, count] of Object.entries(values))
        series.inc({ [row.label ?? '']: value }, count)
  }
}

function registerSecrets(registry: Registry): (states: readonly SecretState[]) => void {
  const metrics = SECRET_ROWS.map(({ type, name, help, labels, samples }) => {
    const options = {
      name: `tagside_${name}`,
      help,
      labelNames: [...labels],
      registers: [registry],
    }
    return { series: type === 'gauge' ? new Gauge(options) : new Counter(options), samples }
  })
  return (states) => {
    for (const { series, samples } of metrics) {
      series.reset()
      for (const sample of samples(states)) series.inc(sample.labels, sample.value)
    }
  }
}
