import { CallCounts } from './call-counts.ts'
import { LastMinute } from './last-minute.ts'
import type { CountedState } from './lookup-state.ts'
import type { FailureCode, Outcome, Source } from './outcome.ts'
import { type Totals, totalsOf } from './totals.ts'

/** What a user's lookup found when it came: an answer in the cache, a fetch to join, or nothing. */
export type Found = 'fresh' | 'stale' | 'unknown' | 'coalesced' | 'miss'

/** What became of a user's lookup: where the tags came from, that Tencent does not know the user, or why there was no answer. */
export type Ended = Source | 'unknown' | FailureCode | 'caller-left'

/**
 * LookupCounts counts users, each place in a request for itself: a user named twice is two. Every user counts once in `lookups`, when the request
 * comes, and once in `outcomes`, when it ends; between the two sums are the users of requests under way.
 */
export class LookupCounts {
  readonly lookups: Record<Found, number> = {
    fresh: 0,
    stale: 0,
    unknown: 0,
    coalesced: 0,
    miss: 0,
  }
  readonly outcomes: Record<Ended, number> = {
    fresh: 0,
    stale: 0,
    fetched: 0,
    coalesced: 0,
    unknown: 0,
    'upstream-unreachable': 0,
    'upstream-invalid-reply': 0,
    'upstream-error': 0,
    'upstream-credentials': 0,
    'upstream-unavailable': 0,
    'upstream-throttled': 0,
    overloaded: 0,
    'deadline-exceeded': 0,
    'only-if-cached': 0,
    'internal-error': 0,
    'caller-left': 0,
  }
  /** Users for whom no call is made, at once: there is no room in time, or calls are paused. */
  readonly shed: Record<'overloaded' | 'paused', number> = { overloaded: 0, paused: 0 }

  readonly calls: CallCounts = new CallCounts()
  readonly minute: LastMinute<Totals> = new LastMinute(() => totalsOf(this))

  /** Says that something is about to be counted; see {@link LastMinute}. */
  touch(now: number): void {
    this.minute.touch(now)
  }

  /** Says that a request has ended; nobody got what there is for a caller who left. */
  ended(outcomes: readonly Outcome[], callerHasLeft: boolean): void {
    for (const outcome of outcomes)
      this.outcomes[callerHasLeft ? 'caller-left' : endOf(outcome)] += 1
  }

  /** A copy, but for the distributions: they are read in the turn in which they are asked for. */
  state(): CountedState {
    const { batchUsers, queueWaitS, durationS, seats, results } = this.calls
    return {
      lookups: { ...this.lookups },
      outcomes: { ...this.outcomes },
      shedOverloaded: this.shed.overloaded,
      shedPaused: this.shed.paused,
      calls: batchUsers.count,
      batchUsers: batchUsers.sum,
      seats: { ...seats },
      callResults: { ...results },
      distributions: { batchUsers, queueWaitS, durationS },
    }
  }
}

function endOf(outcome: Outcome): Ended {
  if (outcome.kind === 'known') return outcome.source
  return outcome.kind === 'unknown' ? 'unknown' : outcome.failure.code
}
