/**
 * A Clock tells the two times the fake needs: the wall clock, against which signatures expire, and
 * a monotonic one, on which rate windows slide. Both are in milliseconds.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  wallMs(): number
  /** Milliseconds since an arbitrary moment; never goes back. */
  monotonicMs(): number
  /**
   * Moves both times forward by `ms`, which must not be negative. Delays under way are not cut
   * short.
   */
  advance(ms: number): void
}

/** The machine's time, plus whatever it was advanced by. */
export class SystemClock implements Clock {
  #advancedMs = 0

  // Both functions are looked up at every reading, so that a test's fake timers move this clock
  // too.
  wallMs(): number {
    return Date.now() + this.#advancedMs
  }

  monotonicMs(): number {
    return performance.now() + this.#advancedMs
  }

  advance(ms: number): void {
    this.#advancedMs += forward(ms)
  }
}

/** A clock that stands still until it is advanced, for tests that must not depend on speed. */
export class ManualClock implements Clock {
  readonly #startMs: number
  #elapsedMs = 0

  /** `startMs`: the wall clock's first reading; by default 2026-01-01T00:00:00Z. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs
  }

  wallMs(): number {
    return this.#startMs + this.#elapsedMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  advance(ms: number): void {
    this.#elapsedMs += forward(ms)
  }
}

/** Returns `ms` if time can move by it; throws RangeError. */
export function forward(ms: number): number {
  if (!Number.isFinite(ms) || ms < 0) {
    throw new RangeError(`advance: expected 0 or more milliseconds, got ${ms}`)
  }
  return ms
}
