/** Dates that are remembered, each at a place of its moment: a power of two. What is cached was fetched by some thousand calls. */
const DATES = 8_192
/** Calls are some milliseconds apart; eighths tell those apart that begin together. */
const PLACES_PER_MS = 8
/** How often it is looked whether the wall clock was set: reading it costs more than all the rest. */
const LOOK_EVERY_MS = 100

/**
 * WallTime shows monotonic moments as dates. The offset between the two clocks is kept, so that one entry shows one
 * date, and is taken anew only when the wall clock was set.
 */
export class WallTime {
  readonly #now: () => number
  #offsetMs: number
  #lookAgainAtMs = -Infinity
  #httpDate = ''
  /** By place: the moment, and its date. */
  readonly #moments = new Float64Array(DATES).fill(Number.NaN)
  readonly #dates: string[] = Array.from({ length: DATES }, () => '')

  constructor(now: () => number) {
    this.#now = now
    this.#offsetMs = Date.now() - now()
  }

  /** Returns the moment `atMs` as a date in UTC; `now` is the moment of asking. */
  iso(atMs: number, now: number = this.#now()): string {
    if (now >= this.#lookAgainAtMs) this.#look(now)
    const place = Math.floor(atMs * PLACES_PER_MS) & (DATES - 1)
    return this.#moments[place] === atMs ? (this.#dates[place] ?? '') : this.#remember(atMs, place)
  }

  /** Returns the wall time as HTTP writes it (RFC 9110, 5.6.7), at most 100 ms old; `now` is the moment of asking. */
  httpDate(now: number = this.#now()): string {
    if (now >= this.#lookAgainAtMs) this.#look(now)
    return this.#httpDate
  }

  #look(now: number): void {
    this.#lookAgainAtMs = now + LOOK_EVERY_MS
    this.#httpDate = new Date().toUTCString()
    const offsetMs = Date.now() - this.#now()
    if (Math.abs(offsetMs - this.#offsetMs) <= 1_000) return
    this.#offsetMs = offsetMs
    this.#moments.fill(Number.NaN)
  }

  #remember(atMs: number, place: number): string {
    const date = new Date(atMs + this.#offsetMs).toISOString()
    this.#moments[place] = atMs
    this.#dates[place] = date
    return date
  }
}
