/** Believed until a call has been answered. */
const FIRST_GUESS_MS = 50
/** Weights of the newest sample, as TCP has them for its own timeout (RFC 6298). */
const MEAN_WEIGHT = 1 / 8
const DEVIATION_WEIGHT = 1 / 4

/** RoundTrip estimates how long an upstream call takes, from the calls that were answered. */
export class RoundTrip {
  #meanMs = FIRST_GUESS_MS
  #deviationMs = FIRST_GUESS_MS / 2
  #isGuess = true

  answered(durationMs: number): void {
    if (this.#isGuess) {
      this.#isGuess = false
      this.#meanMs = durationMs
      this.#deviationMs = durationMs / 2
      return
    }
    const error = durationMs - this.#meanMs
    this.#meanMs += MEAN_WEIGHT * error
    this.#deviationMs += DEVIATION_WEIGHT * (Math.abs(error) - this.#deviationMs)
  }

  /** What nearly every call stays below. */
  get likelyMs(): number {
    return this.#meanMs + 2 * this.#deviationMs
  }

  get meanMs(): number {
    return this.#meanMs
  }
}
