import type { BreakerState } from '../lookup/breaker.ts'
import type { RecentEvent } from './recent-events.ts'

/** How a sidecar is at one moment: what `/status.json` says and the status page shows. No user is in it. */
export interface Status {
  readonly version: string
  /** Where calls go: a region, or the origin of a base URL. */
  readonly upstream: string
  /** Wall clock, ISO 8601. */
  readonly startedAt: string
  readonly uptimeS: number
  readonly state: 'starting' | 'ready' | 'draining'
  /** What is wrong now, the gravest first. */
  readonly troubles: readonly Trouble[]
  /** Users looked up. A ratio is null where nobody was. */
  readonly lookups: {
    readonly hitRatio: number | null
    /** Since the start, by what they found when they came. */
    readonly users: Readonly<Record<'fresh' | 'stale' | 'unknown' | 'coalesced' | 'miss', number>>
    readonly lastMinute: {
      readonly users: number
      readonly hits: number
      readonly hitRatio: number | null
      /** Those that got an error, or nothing in time. */
      readonly unanswered: number
    }
  }
  readonly calls: {
    /** This sidecar's share of the budget. */
    readonly sharePerSecond: number
    /** Share of the full pace in use, 0.1 to 1. */
    readonly paceRatio: number
    /** Calls that began in each of the last 60 whole seconds, oldest first. */
    readonly eachSecond: readonly number[]
    readonly lastMinute: { readonly calls: number; readonly failed: number }
    /** Since the start. */
    readonly answered: number
  }
  readonly batches: {
    readonly maxUsers: number
    /** Null where no batch was sent in the last minute. */
    readonly usersPerBatch: number | null
    readonly lastMinute: { readonly batches: number; readonly users: number }
  }
  readonly queue: {
    /** Users waiting for a slot: somebody waits for them, or nobody. */
    readonly foregroundUsers: number
    readonly refreshUsers: number
    /** Users being fetched: queued, in a call, or before a retry. */
    readonly fetchingUsers: number
    /** Users refused since the start. */
    readonly refusedUsers: { readonly overloaded: number; readonly paused: number }
  }
  readonly breaker: { readonly state: BreakerState }
  readonly credentials: {
    readonly state: BreakerState
    /** Of the UserSig in use, ISO 8601; it is renewed long before. */
    readonly userSigExpiresAt: string
  }
  /** Seconds until a call tries again; null where calls are not paused. */
  readonly nextTryInS: number | null
  readonly cache: {
    readonly entries: number
    readonly bytes: number
    readonly maxBytes: number
  }
  /** The last changes, newest first, at most 20. */
  readonly events: readonly RecentEvent[]
}

/** Something that is not as it should be at the moment. */
export interface Trouble {
  readonly level: 'info' | 'warn' | 'error'
  /** What is the matter. */
  readonly text: string
  /** What the sidecar does about it, and what to do. */
  readonly advice: string
}
