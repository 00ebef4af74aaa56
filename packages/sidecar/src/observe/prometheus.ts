/** All that is needed of the Prometheus client; imported by the first scrape. */
import { collectDefaultMetrics, Histogram, Registry } from '@prometheus-io/client'

export { Registry }

/** Their names break the rules of Prometheus, and the other defaults tell the same. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
]

/** Event loop utilisation is sampled ten times a second for the misnamed ones alone. */
const NEVER_MS = 2 ** 31 - 1

/** Without these, a series would begin at the first collection of its kind. */
const COLLECTIONS = ['major', 'minor', 'incremental', 'weakcb']

/** Their series come and go with what is open at the moment of a scrape, by names that are Node's. */
const COMING_AND_GOING = [
  'nodejs_active_handles',
  'nodejs_active_requests',
  'nodejs_active_resources',
]

let registry: Registry | undefined

/** Returns the registry of the process's own metrics: memory, processor, event loop, garbage collection. A process has one. */
export function processMetrics(): Registry {
  if (registry !== undefined) return registry
  registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopUtilizationTimeout: NEVER_MS })
  for (const name of [...MISNAMED, ...COMING_AND_GOING]) registry.removeSingleMetric(name)
  const collections = registry.getSingleMetric('nodejs_gc_duration_seconds')
  if (collections instanceof Histogram) for (const kind of COLLECTIONS) collections.zero({ kind })
  return registry
}
