import type { BreakerState } from '../lookup/breaker.ts'
import type { LookupState } from '../lookup/lookup-state.ts'
import { counter, type Family, gauge, histogram } from './families.ts'

/** Half-open is neither: a probe is on its way. */
const STATE_VALUES: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  'half-open': 0.5,
  open: 1,
}

/** What the lookup counts, as metrics. docs/operations.md has the equations between them. */
export function lookupFamilies(state: LookupState, windowCalls: number): Family[] {
  return [...userFamilies(state), ...cacheFamilies(state), ...callFamilies(state, windowCalls)]
}

function userFamilies(state: LookupState): Family[] {
  return [
    counter('lookups_total', 'Users looked up, by what was found when they came', {
      result: state.lookups,
    }),
    counter('lookup_outcomes_total', 'Users looked up, by what became of them', {
      outcome: state.outcomes,
    }),
    counter('shed_users_total', 'Users for whom no call is made, at once', {
      reason: { overloaded: state.shedOverloaded, paused: state.shedPaused },
    }),
    gauge('flights', 'Users being fetched', state.flights),
    gauge('queue_users', 'Users waiting for a slot', {
      class: {
        foreground: state.foregroundUsers - state.retryUsers,
        retry: state.retryUsers,
        refresh: state.refreshUsers,
        isolated: state.isolatedUsers,
      },
    }),
  ]
}

function cacheFamilies(state: LookupState): Family[] {
  return [
    gauge('cache_entries', 'Users in the cache, unknown ones included', state.cacheEntries),
    gauge('cache_bytes', 'Bytes that the cache accounts for', state.cacheBytes),
    counter('cache_writes_total', 'Users written into the cache', {
      kind: { added: state.cacheAdded, replaced: state.cacheReplaced },
    }),
    counter('cache_evictions_total', 'Users that left the cache', {
      reason: state.cacheEvicted,
    }),
  ]
}

function callFamilies(state: LookupState, windowCalls: number): Family[] {
  const { batchUsers, queueWaitS, durationS } = state.distributions
  return [
    counter('upstream_calls_total', 'Upstream calls that ended', { result: state.callResults }),
    gauge(
      'upstream_calls_in_flight',
      'Upstream calls under way',
      batchUsers.count - durationS.count,
    ),
    histogram(
      'upstream_call_duration_seconds',
      'How long upstream calls took, a repeat with a new signature included',
      durationS,
    ),
    histogram('batch_users', 'Users in an upstream call', batchUsers),
    counter('batch_seats_total', 'Users in upstream calls, by why they had a seat', {
      class: state.seats,
    }),
    histogram('queue_wait_seconds', 'How long users waited for their seat', queueWaitS),
    counter(
      'upstream_retries_total',
      'Calls for users who had all been in a call before; part of the calls',
      state.retries,
    ),
    gauge(
      'upstream_window_calls',
      'Most upstream calls in any trailing second since the last scrape',
      windowCalls,
    ),
    gauge('pace_ratio', 'Share of the full call rate in use', state.paceFactor),
    gauge('breaker_state', '1 open: calls are paused; 0.5 half-open: one call tries; 0 closed', {
      name: {
        upstream: STATE_VALUES[state.breaker],
        credentials: STATE_VALUES[state.credentials],
      },
    }),
    counter(
      'limiter_replacements_total',
      'Limiters replaced because they granted nothing',
      state.limiterReplacements,
    ),
  ]
}
