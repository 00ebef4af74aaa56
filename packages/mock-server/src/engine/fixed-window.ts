const WINDOW_MS = 1000

/**
 * A FixedWindow admits at most so many calls in each whole second of the clock. Around the turn of
 * a second it lets up to twice as many pass in less than one. A refused call takes no place.
 */
export class FixedWindow {
  #second = -Infinity
  #admitted = 0

  /** Takes a place for a call that arrives at `nowMs`, or returns false if there is none. */
  admit(nowMs: number, callsPerSecond: number): boolean {
    const second = Math.floor(nowMs / WINDOW_MS)
    if (second !== this.#second) {
      this.#second = second
      this.#admitted = 0
    }
    if (this.#admitted >= callsPerSecond) return false
    this.#admitted += 1
    return true
  }
}
