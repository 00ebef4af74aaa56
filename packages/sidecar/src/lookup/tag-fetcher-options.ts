import type { LimiterReplaced } from './limiter-replaced.ts'
import type { LookupCounts } from './lookup-counts.ts'
import type { RideAlong } from './ride-along.ts'
import type { TagCache } from './tag-cache.ts'
import type { LoadBatch } from './upstream.ts'
import type { HealthChange } from './upstream-health.ts'

export interface TagFetcherOptions {
  readonly load: LoadBatch
  /** This process's share of the app's calls per second. */
  readonly callsPerSecond: number
  readonly maxConcurrentCalls: number
  /** Users in one upstream call, 1 to 100. */
  readonly batchMaxUsers: number
  /** Users that may wait at once, foreground and refresh each. */
  readonly queueMaxUsers: number
  /** Told of each change of state once; default: nobody. */
  readonly onChange?: (change: HealthChange | LimiterReplaced) => void
}

/** The world as the fetcher sees it. */
export interface Surroundings {
  readonly cache: TagCache
  readonly rideAlong: RideAlong
  readonly counts: LookupCounts
  readonly now: () => number
  readonly random: () => number
}
