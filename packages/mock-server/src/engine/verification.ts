import { MockError } from './errors.ts'
import type { Journal } from './journal.ts'
import { nearest } from './near.ts'

// A caller who waits longer has most likely mistaken the unit.
export const TIMEOUT_MS_MAX = 60_000

/**
 * An Expectation says how many calls the journal is to hold, in whole numbers from 0. With neither
 * `exactly` nor `atLeast` nor `atMost`, at least one.
 */
export interface Expectation {
  /** Counts only calls that name this account. Default: all calls. */
  readonly account?: string | undefined
  /** Takes the place of the other two bounds. */
  readonly exactly?: number | undefined
  readonly atLeast?: number | undefined
  readonly atMost?: number | undefined
  /** How long to wait for it to come true, in milliseconds, at most a minute; default 0. */
  readonly timeoutMs?: number | undefined
}

/** How many calls named an account. */
export interface AccountCalls {
  readonly account: string
  readonly calls: number
}

/** The calls were not as expected, and no waiting helped. */
export class VerificationError extends MockError {
  override readonly name = 'VerificationError'
  readonly code = 'verification'
  /** How many calls there were. */
  readonly calls: number
  /** The accounts in the journal whose ids are most like the expected one, nearest first. */
  readonly nearest: readonly AccountCalls[]

  constructor(message: string, calls: number, near: readonly AccountCalls[]) {
    super(message)
    this.calls = calls
    this.nearest = near
  }
}

/**
 * Waits until the journal holds as many calls as expected, and returns their number. Does not wait
 * for more calls than needed: what is true now is true. Throws VerificationError when the time is
 * up, or at once when there are already too many; throws the signal's reason; throws RangeError for
 * what cannot be expected.
 */
export async function verify(
  journal: Journal,
  expectation: Expectation,
  signal?: AbortSignal,
): Promise<number> {
  const { account, timeoutMs = 0 } = expectation
  refuseNonsense(expectation)
  const { min, max } = boundsOf(expectation)
  const count = (): number => journal.entries({ account }).length
  await whenTrue(journal, () => count() >= min, timeoutMs, signal)
  signal?.throwIfAborted()
  const calls = count()
  if (calls < min || calls > max) throw failure(journal, expectation, calls)
  return calls
}

/** Waits for a condition that only the journal's changes can bring about, or for its time to be up. */
async function whenTrue(
  journal: Journal,
  isTrue: () => boolean,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (timeoutMs === 0 || isTrue() || signal?.aborted === true) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const unwatch = journal.watch(() => {
    if (isTrue()) resolve()
  })
  const timer = setTimeout(resolve, timeoutMs)
  const leave = (): void => resolve()
  signal?.addEventListener('abort', leave)
  await promise
  signal?.removeEventListener('abort', leave)
  clearTimeout(timer)
  unwatch()
}

function refuseNonsense({ exactly, atLeast, atMost, timeoutMs = 0 }: Expectation): void {
  for (const [name, count = 0] of Object.entries({ exactly, atLeast, atMost })) {
    if (!Number.isInteger(count) || count < 0) {
      throw new RangeError(`${name}: expected a whole number from 0, got ${count}`)
    }
  }
  if (!(timeoutMs >= 0 && timeoutMs <= TIMEOUT_MS_MAX)) {
    throw new RangeError(`timeoutMs: expected 0 to ${TIMEOUT_MS_MAX}, got ${timeoutMs}`)
  }
}

function boundsOf({ exactly, atLeast, atMost }: Expectation): { min: number; max: number } {
  if (exactly !== undefined) return { min: exactly, max: exactly }
  return { min: atLeast ?? (atMost === undefined ? 1 : 0), max: atMost ?? Infinity }
}

const NEAREST_MAX = 3

function failure(journal: Journal, expectation: Expectation, calls: number): VerificationError {
  const { account } = expectation
  const near = account === undefined ? [] : nearestCalls(journal, account)
  const about = account === undefined ? 'all calls' : `calls that name "${account}"`
  const message = [
    `${about}: expected ${worded(boundsOf(expectation))}, got ${calls}`,
    ...near.map((other) => `near: "${other.account}" in ${other.calls}`),
    ...(journal.dropped === 0 ? [] : [`${journal.dropped} older calls are no longer known`]),
  ].join('; ')
  return new VerificationError(message, calls, near)
}

function nearestCalls(journal: Journal, account: string): readonly AccountCalls[] {
  const callsOf = new Map<string, number>()
  for (const { accounts } of journal.entries()) {
    for (const other of new Set(accounts)) callsOf.set(other, (callsOf.get(other) ?? 0) + 1)
  }
  callsOf.delete(account)
  return nearest(account, callsOf.keys(), NEAREST_MAX).map((other) => ({
    account: other,
    calls: callsOf.get(other) ?? 0,
  }))
}

function worded({ min, max }: { min: number; max: number }): string {
  if (min === max) return `exactly ${min}`
  if (max === Infinity) return `at least ${min}`
  return min === 0 ? `at most ${max}` : `${min} to ${max}`
}
