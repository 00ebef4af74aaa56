/** Dates of so many different minutes are remembered; past that the memory starts anew. */
const MINUTES_MAX = 2_000
const MINUTE_MS = 60_000
/** How often it is looked whether the wall clock was set: reading it costs as much as all the rest of a date. */
const LOOK_EVERY_MS = 100

/** `00.000Z` … `59.999Z` in two parts. */
const SECONDS = Array.from({ length: 60 }, (_, second) => String(second).padStart(2, '0'))
const MILLISECONDS = Array.from({ length: 1_000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`)

/**
 * WallTime shows monotonic moments as dates. The offset between the two clocks is kept, so that one entry shows one
 * date, and is taken anew only when the wall clock was set.
 *
 * What is cached was fetched in few different minutes, so that a date is put together of remembered parts, a tenth of the cost of `toISOString`.
 */
export class WallTime {
  readonly #now: () => number
  readonly #minutes = new Map<number, string>()
  #offsetMs: number
  #lookAgainAtMs = -Infinity

  constructor(now: () => number) {
    this.#now = now
    this.#offsetMs = Date.now() - now()
  }

  /** Returns the moment `atMs` as a date in UTC; `now` is the moment of asking. */
  iso(atMs: number, now: number = this.#now()): string {
    if (now >= this.#lookAgainAtMs) this.#look(now)
    const wallMs = Math.trunc(atMs + this.#offsetMs)
    const minute = Math.floor(wallMs / MINUTE_MS)
    const restMs = wallMs - minute * MINUTE_MS
    const second = Math.floor(restMs / 1_000)
    const ending = MILLISECONDS[restMs - second * 1_000] ?? ''
    return `${this.#minutes.get(minute) ?? this.#textOf(minute)}${SECONDS[second]}${ending}`
  }

  #look(now: number): void {
    this.#lookAgainAtMs = now + LOOK_EVERY_MS
    const offsetMs = Date.now() - this.#now()
    if (Math.abs(offsetMs - this.#offsetMs) > 1_000) this.#offsetMs = offsetMs
  }

  /** `2026-11-23T05:42:` */
  #textOf(minute: number): string {
    const text = new Date(minute * MINUTE_MS).toISOString().slice(0, -'00.000Z'.length)
    if (this.#minutes.size >= MINUTES_MAX) this.#minutes.clear()
    this.#minutes.set(minute, text)
    return text
  }
}
