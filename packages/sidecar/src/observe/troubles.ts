import type { LookupState } from '../lookup/lookup-state.ts'
import type { Totals } from '../lookup/totals.ts'
import type { Trouble } from './status.ts'

/** What the words are about. */
export interface TroubleFacts {
  readonly state: LookupState
  /** What was counted in the last minute. */
  readonly minute: Totals
  /** Calls in each second, on average over the last few. */
  readonly callsPerSecond: number
  readonly sharePerSecond: number
  readonly isDraining: boolean
}

/** Calls that fail now and then are retried and nobody's business. */
const FAILED_SHARE = 0.05
/** The pace is set to 95 % of the share: at 90 % there is hardly room. */
const BUSY_SHARE = 0.9

const GRAVITY = { error: 0, warn: 1, info: 2 }

/** Says in words what is wrong at the moment, the gravest first, with what others found. No user is in it. */
export function troubles(facts: TroubleFacts, others: readonly Trouble[] = []): readonly Trouble[] {
  const found = [
    credentialsTrouble(facts),
    breakerTrouble(facts),
    failingTrouble(facts),
    throttledTrouble(facts),
    overloadTrouble(facts),
    budgetTrouble(facts),
    drainTrouble(facts),
  ].filter((trouble) => trouble !== undefined)
  return [...others, ...found].sort((one, other) => GRAVITY[one.level] - GRAVITY[other.level])
}

function credentialsTrouble({ state }: TroubleFacts): Trouble | undefined {
  if (state.credentials === 'closed') return undefined
  const why = state.refusal?.message ?? state.lastFailureMessage ?? ''
  return {
    level: 'error',
    text: 'Tencent refuses the credentials: calls are paused.',
    advice: `${why} One call a minute tries again; until it succeeds, known users are answered with what is cached.`,
  }
}

function breakerTrouble({ state }: TroubleFacts): Trouble | undefined {
  if (state.breaker === 'closed') return undefined
  return {
    level: 'error',
    text: 'Tencent keeps failing: calls are paused.',
    advice: `${lastFailure(state)}One call tries again every few seconds; until it succeeds, known users are answered with what is cached.`,
  }
}

function failingTrouble({ state, minute }: TroubleFacts): Trouble | undefined {
  const isTold = state.breaker !== 'closed' || state.credentials !== 'closed'
  const isWorthIt = minute.callsFailed > 0 && minute.callsFailed >= FAILED_SHARE * minute.calls
  if (isTold || state.isThrottled || !isWorthIt) return undefined
  return {
    level: 'warn',
    text: `${minute.callsFailed} of ${minute.calls} calls failed in the last minute.`,
    advice: lastFailure(state).trimEnd(),
  }
}

function throttledTrouble({ state }: TroubleFacts): Trouble | undefined {
  if (state.paceFactor === 1 || state.breaker !== 'closed') return undefined
  const pace = `Calls run at ${percent(state.paceFactor)} of the full pace, which climbs back by itself.`
  if (!state.isThrottled)
    return { level: 'info', text: 'Tencent answers again after an outage.', advice: pace }
  return {
    level: 'warn',
    text: 'Tencent throttles the app although this sidecar keeps to its share.',
    advice: `${pace} See who else calls, or raise replicas.`,
  }
}

function overloadTrouble({ minute }: TroubleFacts): Trouble | undefined {
  if (minute.shedOverloaded === 0) return undefined
  return {
    level: 'error',
    text: `${minute.shedOverloaded} users were refused in the last minute, because too many waited before them.`,
    advice: 'The calls cannot keep up with the misses: a longer ttl or a larger share helps.',
  }
}

function budgetTrouble(facts: TroubleFacts): Trouble | undefined {
  const share = facts.callsPerSecond / facts.sharePerSecond
  if (share < BUSY_SHARE) return undefined
  return {
    level: 'warn',
    text: `Calls use ${percent(share)} of their budget.`,
    advice: 'Misses wait for each other: a longer ttl or a larger share gives them room.',
  }
}

function drainTrouble({ isDraining }: TroubleFacts): Trouble | undefined {
  if (!isDraining) return undefined
  return {
    level: 'info',
    text: 'The sidecar is stopping.',
    advice: 'New lookups are refused; accepted requests are finished.',
  }
}

function lastFailure({ lastFailureMessage }: LookupState): string {
  return lastFailureMessage === undefined ? '' : `Last: ${lastFailureMessage} `
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
