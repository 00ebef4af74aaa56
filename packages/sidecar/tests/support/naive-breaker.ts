import type { BreakerState } from '../../src/lookup/breaker.ts'

/** The breaker's rules told naively: the whole history is kept, and the state derived from it. Without hints from upstream. */
export class NaiveBreaker {
  readonly #random: number
  #sinceClosed: boolean[] = []
  #openUntilMs: number[] = []
  #probes = 0

  /** `random` is what the breaker under test draws each time. */
  constructor(random = 0) {
    this.#random = random
  }

  state(now: number): BreakerState {
    const untilMs = this.#openUntilMs.at(-1)
    if (untilMs === undefined) return 'closed'
    return now >= untilMs ? 'half-open' : 'open'
  }

  mayCall(now: number): boolean {
    return this.state(now) === 'closed' || (this.state(now) === 'half-open' && this.#probes === 0)
  }

  started(now: number): boolean {
    const isProbe = this.state(now) === 'half-open'
    if (isProbe) this.#probes += 1
    return isProbe
  }

  ended(failed: boolean, isProbe: boolean, now: number): void {
    if (isProbe) this.#probes = 0
    if (isProbe && !failed) {
      this.#sinceClosed = []
      this.#openUntilMs = []
    } else if (isProbe) {
      this.#open(now)
    } else if (this.state(now) === 'closed') {
      this.#sinceClosed.push(failed)
      const last = this.#sinceClosed.slice(-20)
      const failures = last.filter((isFailure) => isFailure).length
      if (failed && last.length >= 5 && failures * 2 >= last.length) this.#open(now)
    }
  }

  #open(now: number): void {
    const lengthMs = [1_000, 2_000][this.#openUntilMs.length] ?? 4_000
    this.#openUntilMs.push(now + lengthMs * (1 - 0.2 * this.#random))
  }
}
