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

  /** Reports whether somebody still waits for a user; if nobody does, the user is dropped. */
  wants(flight: Flight): boolean {
    const isWanted = flight.isWanted(this.#now)
    if (!isWanted) this.#drop(flight)
    return isWanted
  }

  /** Gives a user the next seat, or drops it. */
  give(flight: Flight): void {
    if (this.wants(flight)) this.taken.push(flight)
  }
}
