import type { Flight } from './flights.ts'
import type { Group, Hunt } from './hunt.ts'
import { Lanes } from './lanes.ts'
import { type Drop, Seats } from './seats.ts'

/** The users of one call. */
export interface Batch {
  readonly flights: readonly Flight[]
  /** So many of the last flights ride along; default none. */
  readonly riders?: number
  /** Present when they travel alone, in search of the one at fault. */
  readonly hunt?: Hunt
}

/**
 * BatchQueue decides who goes next. Users wait here until a slot opens; only then is a batch *cut* from whoever waits.
 *
 * Users whose retry is due go first. Then come foreground users, their requests in turns. Refresh users fill the room that is left, oldest
 * first. Groups in search of a culprit are kept apart: each travels alone.
 */
export class BatchQueue {
  readonly #lanes = new Lanes()
  readonly #due = new Set<Flight>()
  readonly #refresh = new Set<Flight>()
  #groups: Group[] = []
  readonly #now: () => number

  /** `now` is monotonic milliseconds; default `performance.now`. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Queues the users of one request. */
  addForeground(flights: readonly Flight[]): void {
    if (flights.length > 0) this.#lanes.add(this.#queued(flights))
  }

  /** Queues users in front of all requests: they have waited before, and their call failed. */
  addDue(flights: readonly Flight[]): void {
    for (const flight of this.#queued(flights)) this.#due.add(flight)
  }

  addRefresh(flight: Flight): void {
    this.#queued([flight])
    this.#refresh.add(flight)
  }

  addGroups(groups: readonly Group[]): void {
    for (const group of groups) this.#queued(group.flights)
    this.#groups.push(...groups)
  }

  /** Moves a queued refresh to the foreground, because somebody waits for it now. */
  promote(flight: Flight): void {
    flight.refresh = false
    if (this.#refresh.delete(flight)) this.addForeground([flight])
  }

  /**
   * Returns the next batch: at most `usersMax` distinct users, none if nobody waits. The whole queue but the groups has
   * been looked at when it returns nothing.
   */
  cut(usersMax: number, now: number, drop: Drop): Flight[] {
    const seats = new Seats(usersMax, now, drop)
    for (const flight of this.#due) {
      if (seats.free === 0) return seats.taken
      this.#due.delete(flight)
      seats.give(flight)
    }
    this.#lanes.seat(seats)
    for (const flight of this.#refresh) {
      if (seats.free === 0) return seats.taken
      this.#refresh.delete(flight)
      seats.taken.push(flight)
    }
    return seats.taken
  }

  /** Returns the next group that has anybody in it who is still wanted. */
  cutGroup(now: number, drop: Drop): Group | undefined {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      const seats = new Seats(group.flights.length, now, drop)
      for (const flight of group.flights) seats.give(flight)
      if (seats.taken.length > 0) return { flights: seats.taken, hunt: group.hunt }
    }
    return undefined
  }

  /** Empties the queue and returns who was in it. */
  takeAll(): readonly Flight[] {
    const groups = this.#groups.flatMap((group) => group.flights)
    const all = [...groups, ...this.#due, ...this.#lanes.takeAll(), ...this.#refresh]
    this.#groups = []
    this.#due.clear()
    this.#refresh.clear()
    return all
  }

  /** Users that will be seated before the last of `users` new ones of one request: the due, and what {@link Lanes.usersAhead} says of the others. */
  usersAhead(users: number, staysFull: boolean): number {
    return this.#due.size + this.#lanes.usersAhead(users, staysFull)
  }

  get foregroundUsers(): number {
    return this.#due.size + this.#lanes.users
  }

  /** Requests with users that have never been in a call; a refresh that somebody came to wait for counts as one of its own. */
  get requests(): number {
    return this.#lanes.requests
  }

  get refreshUsers(): number {
    return this.#refresh.size
  }

  /** Of the foreground, those who wait again after a call that failed. */
  get dueUsers(): number {
    return this.#due.size
  }

  /** Users in groups that travel alone. */
  get isolatedUsers(): number {
    return this.#groups.reduce((users, group) => users + group.flights.length, 0)
  }

  get hasGroups(): boolean {
    return this.#groups.length > 0
  }

  get isEmpty(): boolean {
    return this.foregroundUsers === 0 && this.#refresh.size === 0 && !this.hasGroups
  }

  #queued(flights: readonly Flight[]): readonly Flight[] {
    const now = this.#now()
    for (const flight of flights) flight.queuedAtMs = now
    return flights
  }
}
