/** A call earns this much of a retry: retries are at most a fifth of the calls. */
const EARNED_PER_CALL = 0.2
/** Saved up at most, so that a long quiet time does not pay for a storm. */
const SAVED_MAX = 10
/** There at the start, and again after a while without calls: an idle sidecar may retry too. */
const FLOOR = 3
const FLOOR_REFILL_PER_S = 0.3

/** RetryBudget bounds retries by the calls that were made, over time and not for each user. Pure: time is an argument. */
export class RetryBudget {
  #saved = FLOOR
  #asOfMs = 0

  /** Says that a call was made that is no retry. */
  earn(now: number): void {
    this.#refill(now)
    this.#saved = Math.min(SAVED_MAX, this.#saved + EARNED_PER_CALL)
  }

  /** Takes one retry out of the budget, if there is one. */
  take(now: number): boolean {
    this.#refill(now)
    if (this.#saved < 1) return false
    this.#saved -= 1
    return true
  }

  #refill(now: number): void {
    const refilled = this.#saved + (FLOOR_REFILL_PER_S * Math.max(0, now - this.#asOfMs)) / 1_000
    if (this.#saved < FLOOR) this.#saved = Math.min(FLOOR, refilled)
    this.#asOfMs = now
  }
}
