import type { Clock } from './clock.ts'
import { forward } from './clock.ts'
import { MockError } from './errors.ts'

// Ten years: beyond the life of any signature, and dates can still be written.
export const AHEAD_MS_MAX = 315_360_000_000

/** A time to which an app's clock cannot be put. */
export class ClockError extends MockError {
  override readonly name = 'ClockError'
  readonly code = 'clock'
}

/**
 * An AppClock is one app's own time: the fake's clock, plus what this app alone was advanced by. So
 * one test can let its signatures expire while another one's stay good.
 */
export class AppClock implements Clock {
  readonly #shared: Clock
  #advancedMs = 0
  /** Kept apart, because the monotonic clock must not go back when the wall clock is reset. */
  #passedMs = 0

  constructor(shared: Clock) {
    this.#shared = shared
  }

  /** By how much the wall clock is ahead of the fake's, in milliseconds. */
  get advancedMs(): number {
    return this.#advancedMs
  }

  wallMs(): number {
    return this.#shared.wallMs() + this.#advancedMs
  }

  monotonicMs(): number {
    return this.#shared.monotonicMs() + this.#passedMs
  }

  /** Throws RangeError for less than nothing, ClockError for too much in all. */
  advance(ms: number): void {
    this.#advancedMs = within(this.#advancedMs + forward(ms))
    this.#passedMs += ms
  }

  /**
   * Puts the wall clock ahead of the fake's by exactly so much; by default, and at the start, by
   * nothing. The monotonic clock follows it forward, never back. Throws ClockError.
   */
  reset(advancedMs = 0): void {
    within(advancedMs)
    this.#passedMs += Math.max(0, advancedMs - this.#advancedMs)
    this.#advancedMs = advancedMs
  }
}

/** Returns a lead on the fake's clock, if an app's can have it; throws ClockError. */
function within(aheadMs: number): number {
  if (aheadMs >= 0 && aheadMs <= AHEAD_MS_MAX) return aheadMs
  throw new ClockError(
    `an app's clock can be ahead by 0 to ${AHEAD_MS_MAX} ms, ten years, and not by ${aheadMs}`,
  )
}
