import type { LookupState } from '../lookup/lookup-state.ts'
import { between, type MinuteOfTotals, type Totals } from '../lookup/totals.ts'
import type { RecentEvent } from './recent-events.ts'
import type { Status, Trouble } from './status.ts'
import { troubles } from './troubles.ts'

export interface StatusParts {
  readonly version: string
  readonly upstream: string
  readonly sharePerSecond: number
  readonly batchMaxUsers: number
  readonly cacheMaxBytes: number
  readonly phase: () => Status['state']
  readonly lookup: {
    readonly state: () => LookupState
    readonly lastMinute: () => MinuteOfTotals
  }
  readonly userSigExpiresAtMs: () => number
  readonly events: { readonly list: () => readonly RecentEvent[] }
  /** Troubles that are not of the lookup; default none. */
  readonly otherTroubles?: () => readonly Trouble[]
}

/** The pace of calls is judged over so many whole seconds. */
const PACE_SECONDS = 10

/** Returns what tells how the sidecar is at the moment it is asked. */
export function createStatus(parts: StatusParts): () => Status {
  const startedAt = new Date().toISOString()
  const startedMs = performance.now()
  return () => {
    const state = parts.lookup.state()
    const { atBeginnings, now } = parts.lookup.lastMinute()
    const eachSecond = atBeginnings
      .slice(1)
      .map(({ calls }, second) => calls - (atBeginnings[second]?.calls ?? calls))
    const minute = between(atBeginnings[0] ?? now, now)
    const phase = parts.phase()
    const { sharePerSecond } = parts
    const facts = {
      state,
      minute,
      sharePerSecond,
      callsPerSecond: sum(eachSecond.slice(-PACE_SECONDS)) / PACE_SECONDS,
      isDraining: phase === 'draining',
    }
    return {
      version: parts.version,
      upstream: parts.upstream,
      startedAt,
      uptimeS: Math.floor((performance.now() - startedMs) / 1_000),
      state: phase,
      troubles: troubles(facts, parts.otherTroubles?.()),
      lookups: lookupsOf(state, minute, now),
      calls: {
        sharePerSecond,
        paceRatio: round(state.paceFactor),
        eachSecond,
        lastMinute: { calls: minute.calls, failed: minute.callsFailed },
        answered: state.callResults.answered,
      },
      ...upstreamOf(state, minute, parts),
      cache: {
        entries: state.cacheEntries,
        bytes: state.cacheBytes,
        maxBytes: parts.cacheMaxBytes,
      },
      events: parts.events.list(),
    }
  }
}

function lookupsOf(state: LookupState, minute: Totals, now: Totals): Status['lookups'] {
  return {
    hitRatio: ratio(now.hits, now.lookups),
    users: state.lookups,
    lastMinute: {
      users: minute.lookups,
      hits: minute.hits,
      hitRatio: ratio(minute.hits, minute.lookups),
      unanswered: minute.unanswered,
    },
  }
}

function upstreamOf(
  state: LookupState,
  minute: Totals,
  { batchMaxUsers, userSigExpiresAtMs }: StatusParts,
): Pick<Status, 'batches' | 'queue' | 'breaker' | 'credentials' | 'nextTryInS'> {
  const { refusal } = state
  return {
    batches: {
      maxUsers: batchMaxUsers,
      usersPerBatch: ratio(minute.batchUsers, minute.batches),
      lastMinute: { batches: minute.batches, users: minute.batchUsers },
    },
    queue: {
      foregroundUsers: state.foregroundUsers + state.isolatedUsers,
      refreshUsers: state.refreshUsers,
      fetchingUsers: state.flights,
      refusedUsers: { overloaded: state.shedOverloaded, paused: state.shedPaused },
    },
    breaker: { state: state.breaker },
    credentials: {
      state: state.credentials,
      userSigExpiresAt: new Date(userSigExpiresAtMs()).toISOString(),
    },
    nextTryInS: refusal === undefined ? null : Math.ceil((refusal.retryAfterMs ?? 0) / 1_000),
  }
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : round(part / whole)
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
