import type { LookupCounts } from './lookup-counts.ts'

/** Totals whose last minute is of interest. All only rise. */
export interface Totals {
  /** Upstream calls begun, repeats with a new signature or another key included: what the budget is about. */
  readonly calls: number
  readonly callsFailed: number
  /** Batches sent, and the users in them. */
  readonly batches: number
  readonly batchUsers: number
  /** Users looked up, those that were in the cache, and those that got no answer although the caller waited for one. */
  readonly lookups: number
  readonly hits: number
  readonly unanswered: number
  readonly shedOverloaded: number
}

/** The last minute of the totals. */
export interface MinuteOfTotals {
  /** At the beginning of each of the last 60 whole seconds, oldest first, and of the second under way. */
  readonly atBeginnings: readonly Totals[]
  readonly now: Totals
}

/** Ends of a lookup that are no failure to answer: a caller had the answer, did not want it, or did not wait for it. */
const NOT_UNANSWERED = [
  'fresh',
  'stale',
  'fetched',
  'coalesced',
  'unknown',
  'only-if-cached',
  'caller-left',
] as const

/** Sums up what was counted. */
export function totalsOf(
  counts: Pick<LookupCounts, 'lookups' | 'outcomes' | 'calls' | 'shed'>,
): Totals {
  const { lookups, outcomes, calls, shed } = counts
  const hits = lookups.fresh + lookups.stale + lookups.unknown
  return {
    calls: calls.batchUsers.count + calls.results.repeated,
    callsFailed:
      sum(Object.values(calls.results)) - calls.results.answered - calls.results.repeated,
    batches: calls.batchUsers.count,
    batchUsers: calls.batchUsers.sum,
    lookups: hits + lookups.coalesced + lookups.miss,
    hits,
    unanswered: sum(Object.values(outcomes)) - sum(NOT_UNANSWERED.map((ended) => outcomes[ended])),
    shedOverloaded: shed.overloaded,
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

/** What was counted between two moments. */
export function between(earlier: Totals, later: Totals): Totals {
  return {
    calls: later.calls - earlier.calls,
    callsFailed: later.callsFailed - earlier.callsFailed,
    batches: later.batches - earlier.batches,
    batchUsers: later.batchUsers - earlier.batchUsers,
    lookups: later.lookups - earlier.lookups,
    hits: later.hits - earlier.hits,
    unanswered: later.unanswered - earlier.unanswered,
    shedOverloaded: later.shedOverloaded - earlier.shedOverloaded,
  }
}
