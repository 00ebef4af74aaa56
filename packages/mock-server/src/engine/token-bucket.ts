/** What one call costs, so that in a millisecond a bucket regains just its rate: whole numbers. */
const CALL_COST = 1000

/**
 * A TokenBucket holds a second's worth of calls, is full at the start, and regains them steadily: a
 * full one admits a second's worth at once and then one call every 1000 / rate ms. A refused call
 * takes nothing.
 */
export class TokenBucket {
  // Counted is what is missing, not what is there: a bucket is then full whatever the rate is.
  #missing = 0
  #countedAtMs = 0

  /** Takes a place for a call that arrives at `nowMs`, or returns false if there is none. */
  admit(nowMs: number, callsPerSecond: number): boolean {
    const regained = (nowMs - this.#countedAtMs) * callsPerSecond
    this.#missing = Math.max(0, this.#missing - regained)
    this.#countedAtMs = nowMs
    if (this.#missing + CALL_COST > callsPerSecond * CALL_COST) return false
    this.#missing += CALL_COST
    return true
  }
}
