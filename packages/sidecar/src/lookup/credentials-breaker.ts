/** Tencent locks an app out for about a minute after repeated bad signatures (70050, document 1047/34348). */
const PAUSE_MS = 60_000

/**
 * CredentialsBreaker keeps wrong credentials from making calls: refused ones stop everything for a minute, then one probe a minute is let
 * through. Credentials that no call has proved yet make one call at a time, so that a wrong key makes one, not a burst of thirty.
 */
export class CredentialsBreaker {
  #isProved = false
  /** Absent = not refused. */
  #pausedUntilMs: number | undefined
  #refusedAtMs = -Infinity
  #callsInFlight = 0

  isOpen(now: number): boolean {
    return this.#pausedUntilMs !== undefined && now < this.#pausedUntilMs
  }

  mayCall(now: number): boolean {
    return !this.isOpen(now) && (this.#isProved || this.#callsInFlight === 0)
  }

  retryAfterMs(now: number): number {
    return Math.max(0, (this.#pausedUntilMs ?? now) - now)
  }

  started(): void {
    this.#callsInFlight += 1
  }

  /**
   * `refused`: Tencent refused the credentials; `proved`: it accepted them; otherwise the call says nothing about them. A call that began
   * before a refusal cannot prove anything after it.
   */
  ended(verdict: 'refused' | 'proved' | 'silent', startedAtMs: number, now: number): void {
    this.#callsInFlight -= 1
    const isOutdated = verdict === 'proved' && startedAtMs <= this.#refusedAtMs
    if (verdict === 'silent' || isOutdated) return
    this.#isProved = verdict === 'proved'
    this.#pausedUntilMs = verdict === 'refused' ? now + PAUSE_MS : undefined
    if (verdict === 'refused') this.#refusedAtMs = now
  }

  /** Lets one probe through at once: the credentials were changed. */
  changed(): void {
    this.#isProved = false
    this.#pausedUntilMs = undefined
    this.#refusedAtMs = -Infinity
  }
}
