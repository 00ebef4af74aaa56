import type { BreakerState } from './breaker.ts'
import type { CallResult, SeatClass } from './call-counts.ts'
import type { Distribution } from './histogram.ts'
import type { Ended, Found } from './lookup-counts.ts'
import type { Failure } from './outcome.ts'
import type { EvictionReason } from './tag-cache.ts'

/** How the lookup is at one moment; counts are since the start. No user is in it. */
export interface LookupState extends FetchState, CountedState, CacheState {}

/** How fetching goes. */
export interface FetchState {
  readonly breaker: BreakerState
  readonly credentials: BreakerState
  /** Why no user can be fetched at the moment; undefined if it may be tried. */
  readonly refusal: Failure | undefined
  /** What the last call that failed failed of, in core's words; undefined if none did. */
  readonly lastFailureMessage: string | undefined
  readonly isThrottled: boolean
  /** Share of the full call rate in use, 0.1 to 1. */
  readonly paceFactor: number
  /** Users waiting for a slot that somebody waits for, those waiting again after a call that failed included. */
  readonly foregroundUsers: number
  readonly retryUsers: number
  readonly refreshUsers: number
  /** Users in groups in search of the one for whose sake a call was refused. */
  readonly isolatedUsers: number
  /** Users queued, sent or waiting for a retry. */
  readonly flights: number
  /** Upstream calls that began in the last second. */
  readonly callsInLastSecond: number
  /** Calls for users who had all been in a call before; part of the calls. */
  readonly retries: number
  readonly limiterReplacements: number
}

/** What is counted of users and calls. */
export interface CountedState {
  /** Users looked up, by what they found when they came. */
  readonly lookups: Readonly<Record<Found, number>>
  /** The same users, by what became of them, once their requests have ended. */
  readonly outcomes: Readonly<Record<Ended, number>>
  /** Users for whom no call is made, at once: no room in time, or calls are paused. */
  readonly shedOverloaded: number
  readonly shedPaused: number
  /** Upstream calls begun, and the users in them: a call has `batchUsers / calls` users on average. */
  readonly calls: number
  readonly batchUsers: number
  /** The same users, by why they had a seat. */
  readonly seats: Readonly<Record<SeatClass, number>>
  /** Calls = all results but `repeated` + calls under way. */
  readonly callResults: Readonly<Record<CallResult, number>>
  readonly distributions: {
    readonly batchUsers: Distribution
    readonly queueWaitS: Distribution
    readonly durationS: Distribution
  }
}

/** Cache entries = entries added − entries evicted. */
interface CacheState {
  readonly cacheEntries: number
  readonly cacheBytes: number
  readonly cacheAdded: number
  readonly cacheReplaced: number
  readonly cacheEvicted: Readonly<Record<EvictionReason, number>>
}
