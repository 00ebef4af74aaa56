/** Calls whose outcome is remembered, and how many of them there must be before they mean anything. */
const REMEMBERED_CALLS = 20
const CALLS_MIN = 5
const FAILED_SHARE = 0.5
/** Open for one second, then two, then four: the fault's end is noticed within a few seconds of it. */
const OPEN_MIN_MS = 1_000
const OPEN_MAX_MS = 4_000
/** An open time is shortened by up to this share, so that sidecars do not probe in step. Never lengthened. */
const JITTER_SHARE = 0.2

/** `half-open`: the open time is over; the next call is a probe. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/**
 * Breaker stops calls to an upstream that fails: it opens when half of the last {@link REMEMBERED_CALLS} calls failed transiently, lets one real
 * call through when its time is over, and closes if that succeeds. Pure: time is an argument, nothing is scheduled.
 */
export class Breaker {
  readonly #random: () => number
  #failures: readonly boolean[] = []
  /** How long it was opened for last, before jitter and hints. */
  #openMs = OPEN_MIN_MS
  /** Absent = closed. */
  #openUntilMs: number | undefined
  /** When the probe under way was sent; absent if none is. */
  #probedAtMs: number | undefined

  constructor(random: () => number) {
    this.#random = random
  }

  state(now: number): BreakerState {
    if (this.#openUntilMs === undefined) return 'closed'
    return now < this.#openUntilMs ? 'open' : 'half-open'
  }

  /** Reports whether a call may start: any while closed, one while half-open. */
  mayCall(now: number): boolean {
    const state = this.state(now)
    return state === 'closed' || (state === 'half-open' && this.#probedAtMs === undefined)
  }

  /** Milliseconds until a probe may be sent; 0 while one is under way. */
  retryAfterMs(now: number): number {
    return Math.max(0, (this.#openUntilMs ?? now) - now)
  }

  /** Milliseconds for which the probe has been under way; 0 if none is. */
  probingMs(now: number): number {
    return now - (this.#probedAtMs ?? now)
  }

  /** Says that a call starts; returns whether it is the probe, for {@link ended}. */
  started(now: number): boolean {
    if (this.state(now) !== 'half-open') return false
    this.#probedAtMs = now
    return true
  }

  /**
   * Says how a call ended. `hintMs` is how long the upstream asked to be left alone; it is heeded up to the longest open time.
   * While open only the probe counts: calls that began before tell nothing new.
   */
  ended(failed: boolean, isProbe: boolean, now: number, hintMs = 0): void {
    if (isProbe) {
      this.#probedAtMs = undefined
      if (failed) this.#open(now, Math.min(this.#openMs * 2, OPEN_MAX_MS), hintMs)
      else this.#close()
    } else if (this.#openUntilMs === undefined) {
      this.#failures = [...this.#failures, failed].slice(-REMEMBERED_CALLS)
      // A success is no reason to open, whatever came before it.
      if (failed && this.#isFailing()) this.#open(now, OPEN_MIN_MS, hintMs)
    }
  }

  #isFailing(): boolean {
    const failed = this.#failures.filter(Boolean).length
    return this.#failures.length >= CALLS_MIN && failed >= this.#failures.length * FAILED_SHARE
  }

  #open(now: number, openMs: number, hintMs: number): void {
    this.#openMs = openMs
    const longMs = Math.min(Math.max(openMs, hintMs), OPEN_MAX_MS)
    this.#openUntilMs = now + longMs * (1 - JITTER_SHARE * this.#random())
  }

  #close(): void {
    this.#openUntilMs = undefined
    this.#failures = []
  }
}
