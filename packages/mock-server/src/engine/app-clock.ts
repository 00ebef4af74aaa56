import type { Clock } from './clock.ts'
import { forward } from './clock.ts'

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

  advance(ms: number): void {
    this.#advancedMs += forward(ms)
    this.#passedMs += ms
  }

  /**
   * Puts the wall clock ahead of the fake's by exactly so much; by default, and at the start, by
   * nothing. The monotonic clock follows it forward, never back.
   */
  reset(advancedMs = 0): void {
    this.#passedMs += Math.max(0, advancedMs - this.#advancedMs)
    this.#advancedMs = advancedMs
  }
}
