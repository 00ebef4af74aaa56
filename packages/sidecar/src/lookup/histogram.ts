/** What a histogram holds; a counter of Prometheus in all its parts. */
export interface Distribution {
  /** Upper bounds, ascending, each inclusive. */
  readonly bounds: readonly number[]
  /** Observations in each bucket alone; one bucket more than there are bounds, for what is above them all. */
  readonly buckets: readonly number[]
  readonly sum: number
  readonly count: number
}

/** Histogram counts observations in fixed buckets: an observation costs a search of a few numbers and three additions. */
export class Histogram implements Distribution {
  readonly bounds: readonly number[]
  readonly buckets: number[]
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.buckets = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  observe(value: number): void {
    let bucket = 0
    while (value > (this.bounds[bucket] ?? Infinity)) bucket += 1
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1
    this.#sum += value
    this.#count += 1
  }

  get sum(): number {
    return this.#sum
  }

  get count(): number {
    return this.#count
  }
}
