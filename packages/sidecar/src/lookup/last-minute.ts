/** Whole seconds that are remembered, beside the one under way. */
const REMEMBERED_SECONDS = 60

/**
 * LastMinute remembers what some totals were at the beginning of each second of the last minute, on the monotonic clock. Differences between them
 * are what happened in each second, whether or not anybody looked at the time: nothing is sampled and no timer runs.
 *
 * Whoever raises a total calls {@link touch} first. In a second that has begun already that is one comparison, so that an answer from
 * the cache can afford it.
 */
export class LastMinute<Totals> {
  readonly #totals: () => Totals
  /** Totals at the beginning of second `s` are at `s % length`. */
  readonly #atBeginnings: Totals[]
  #nextSecondMs = -Infinity
  #second = -Infinity

  /** `totals` returns all totals as they are; they only rise. */
  constructor(totals: () => Totals) {
    this.#totals = totals
    this.#atBeginnings = Array.from({ length: REMEMBERED_SECONDS + 1 }, totals)
  }

  /** Says that something is about to be counted. */
  touch(now: number): void {
    if (now >= this.#nextSecondMs) this.#begin(Math.floor(now / 1_000))
  }

  /**
   * Returns the totals at the beginning of each of the last 60 whole seconds, oldest first, then those at the beginning of the
   * second under way.
   */
  atBeginnings(now: number): readonly Totals[] {
    this.touch(now)
    const oldest = (this.#second + 1) % this.#atBeginnings.length
    return [...this.#atBeginnings.slice(oldest), ...this.#atBeginnings.slice(0, oldest)]
  }

  /** Nothing was counted since the last touch but in its own second: the seconds between began with what there is now. */
  #begin(second: number): void {
    const { length } = this.#atBeginnings
    const totals = this.#totals()
    for (let begun = Math.max(this.#second, second - length) + 1; begun <= second; begun += 1)
      this.#atBeginnings[begun % length] = totals
    this.#second = second
    this.#nextSecondMs = (second + 1) * 1_000
  }
}
