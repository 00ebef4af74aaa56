/** Steps for each doubling: a step is 2.2 % wide. */
const STEPS = 32
const SIZE = STEPS * 32

/** Latencies counts durations in logarithmic steps from 1 µs, so that a million of them cost no more than a thousand. */
export class Latencies {
  readonly #counts: number[]

  /** From what {@link counts} gave, of another process. */
  constructor(counts: readonly number[] = []) {
    this.#counts = Array.from({ length: SIZE }, (_, step) => counts[step] ?? 0)
  }

  get counts(): readonly number[] {
    return this.#counts
  }

  add(ms: number): void {
    const step = Math.min(SIZE - 1, Math.max(0, Math.round(Math.log2(ms * 1_000) * STEPS)))
    this.#counts[step] = (this.#counts[step] ?? 0) + 1
  }

  merge(others: readonly number[]): void {
    for (const [step, count] of others.entries()) {
      this.#counts[step] = (this.#counts[step] ?? 0) + count
    }
  }

  /** Returns the milliseconds below which `share` of the durations lie. */
  quantileMs(share: number): number {
    const total = this.#counts.reduce((sum, count) => sum + count, 0)
    let seen = 0
    for (const [step, count] of this.#counts.entries()) {
      seen += count
      if (seen > 0 && seen >= total * share) return 2 ** (step / STEPS) / 1_000
    }
    return Number.NaN
  }
}
