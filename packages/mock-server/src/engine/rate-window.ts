const WINDOW_MS = 1000

/** A TrailingSecond counts the moments within the last second: those in (now − 1000 ms, now]. */
export class TrailingSecond {
  #momentsMs: number[] = []
  #oldest = 0

  /** Counts, at `nowMs`, which must never be earlier than a moment already added. */
  count(nowMs: number): number {
    for (;;) {
      const momentMs = this.#momentsMs[this.#oldest]
      if (momentMs === undefined || momentMs > nowMs - WINDOW_MS) break
      this.#oldest += 1
    }
    this.#compact()
    return this.#momentsMs.length - this.#oldest
  }

  add(nowMs: number): void {
    this.#momentsMs.push(nowMs)
  }

  // Dropping from the front of an array costs its length; done once in a while it costs nothing.
  #compact(): void {
    if (this.#oldest < 1024 || this.#oldest * 2 < this.#momentsMs.length) return
    this.#momentsMs = this.#momentsMs.slice(this.#oldest)
    this.#oldest = 0
  }
}

/**
 * A RateWindow admits at most so many calls in any trailing second. A refused call takes no place:
 * a client over the limit is cut to the limit, and is served again as soon as the window has room.
 */
export class RateWindow {
  readonly #admitted = new TrailingSecond()

  /** Takes a place for a call that arrives at `nowMs`, or returns false if there is none. */
  admit(nowMs: number, callsPerSecond: number): boolean {
    if (this.#admitted.count(nowMs) >= callsPerSecond) return false
    this.#admitted.add(nowMs)
    return true
  }
}
