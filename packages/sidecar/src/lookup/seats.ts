import type { Flight } from './flights.ts'

/** Told of a user that is dropped at the cut because nobody waits for it any more. */
export type Drop = (flight: Flight) => void

/** The seats of a batch that is being cut. */
export class Seats {
  readonly taken: Flight[] = []
  readonly #usersMax: number
  readonly #now: number
  readonly #drop: Drop

  constructor(usersMax: number, now: number, drop: Drop) {
    this.#usersMax = usersMax
    this.#now = now
    this.#drop = drop
  }

  get free(): number {
    return this.#usersMax - this.taken.length
  }

  /** Gives a user the next seat, or drops it. */
  give(flight: Flight): void {
    if (flight.isWanted(this.#now)) this.taken.push(flight)
    else this.#drop(flight)
  }
}
