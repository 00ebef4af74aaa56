import type { Flight } from './flights.ts'

/** Users a request may seat before the next request has its turn. */
const QUANTUM_USERS = 8

/** The queued users of one request, taken from the front. */
interface Lane {
  readonly flights: readonly Flight[]
  next: number
}

/**
 * BatchQueue decides who goes next. Users wait here until a slot opens; only then is a batch *cut* from whoever waits.
 *
 * Foreground users are cut round robin over requests, {@link QUANTUM_USERS} at a time, so that a request for
 * 20,000 users does not starve one for a single user. Refresh users fill the room that is left, oldest first. Users that
 * nobody waits for any more are dropped at the cut: no call is spent on them.
 */
export class BatchQueue {
  /** In turn order: a Set iterates in insertion order, and a lane put back during the iteration is visited again. */
  readonly #lanes = new Set<Lane>()
  readonly #refresh = new Set<Flight>()
  #foregroundUsers = 0

  /** Queues the users of one request. */
  addForeground(flights: readonly Flight[]): void {
    if (flights.length === 0) return
    this.#foregroundUsers += flights.length
    this.#lanes.add({ flights, next: 0 })
  }

  addRefresh(flight: Flight): void {
    this.#refresh.add(flight)
  }

  /** Moves a queued refresh to the foreground, because somebody waits for it now. */
  promote(flight: Flight): void {
    flight.refresh = false
    if (this.#refresh.delete(flight)) this.addForeground([flight])
  }

  /**
   * Returns the next batch: at most `usersMax` distinct users, none if nobody waits. The whole queue has been looked at
   * when it returns nothing. Dropped users are handed to `drop`.
   */
  cut(usersMax: number, now: number, drop: (flight: Flight) => void): readonly Flight[] {
    const batch: Flight[] = []
    for (const lane of this.#lanes) {
      this.#lanes.delete(lane)
      this.#seat(lane, Math.min(QUANTUM_USERS, usersMax - batch.length), now, batch, drop)
      if (lane.next < lane.flights.length) this.#lanes.add(lane)
      if (batch.length === usersMax) return batch
    }
    for (const flight of this.#refresh) {
      this.#refresh.delete(flight)
      batch.push(flight)
      if (batch.length === usersMax) return batch
    }
    return batch
  }

  #seat(
    lane: Lane,
    seats: number,
    now: number,
    batch: Flight[],
    drop: (flight: Flight) => void,
  ): void {
    const full = batch.length + seats
    while (batch.length < full && lane.next < lane.flights.length) {
      const flight = lane.flights[lane.next]
      lane.next += 1
      this.#foregroundUsers -= 1
      if (flight === undefined) continue
      if (flight.isWanted(now)) batch.push(flight)
      else drop(flight)
    }
  }

  get foregroundUsers(): number {
    return this.#foregroundUsers
  }

  get refreshUsers(): number {
    return this.#refresh.size
  }

  get isEmpty(): boolean {
    return this.#foregroundUsers === 0 && this.#refresh.size === 0
  }
}
