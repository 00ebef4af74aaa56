/** A little over a second, so that two clocks that tick differently still agree that a second has passed. */
const WINDOW_MS = 1_005

/**
 * CallWindow is the proof that no trailing second holds more upstream calls than the share. It is a ring of the last start
 * times on the monotonic clock: a call may start only if the one `limit` places back is more than {@link WINDOW_MS} ago. It
 * knows nothing of queues or of the limiter, and outlives any limiter that is replaced.
 *
 * A share of 100/s holds 100 times; a share below 1/s holds one, and the window is stretched to 1/share seconds.
 */
export class CallWindow {
  readonly #startsMs: Float64Array
  readonly #windowMs: number
  #next = 0
  /** Moments at which the trailing second was as full as at none since: fuller ones before, emptier ones after. */
  #peaks: { readonly atMs: number; readonly calls: number }[] = []

  constructor(callsPerSecond: number) {
    this.#startsMs = new Float64Array(Math.max(1, Math.floor(callsPerSecond))).fill(-Infinity)
    this.#windowMs = callsPerSecond < 1 ? 1_000 / callsPerSecond + 5 : WINDOW_MS
  }

  /** Returns how long the next call has to wait; 0 = it may start now. */
  waitMs(now: number): number {
    return Math.max(0, (this.#startsMs[this.#next] ?? -Infinity) + this.#windowMs - now)
  }

  /** Records a call that starts now. */
  record(now: number): void {
    this.#startsMs[this.#next] = now
    this.#next = (this.#next + 1) % this.#startsMs.length
    const calls = this.callsInLastSecond(now)
    while ((this.#peaks.at(-1)?.calls ?? Infinity) <= calls) this.#peaks.pop()
    this.#peaks.push({ atMs: now, calls })
  }

  callsInLastSecond(now: number): number {
    let calls = 0
    for (const startMs of this.#startsMs) if (startMs > now - 1_000) calls += 1
    return calls
  }

  /** Returns the most calls that any trailing second held which ended after `sinceMs`. */
  highestSince(sinceMs: number, now: number): number {
    const peak = this.#peaks.find(({ atMs }) => atMs > sinceMs)
    return Math.max(peak?.calls ?? 0, this.callsInLastSecond(now))
  }
}
