import type { Flight } from './flights.ts'
import type { Group, Hunt } from './hunt.ts'

/** Users a request may seat before the next request has its turn. */
const QUANTUM_USERS = 8

/** The users of one call. */
export interface Batch {
  readonly flights: readonly Flight[]
  /** So many of the last flights ride along; default none. */
  readonly riders?: number
  /** Present when they travel alone, in search of the one at fault. */
  readonly hunt?: Hunt
}

/** The queued users of one request, taken from the front. */
interface Lane {
  readonly flights: readonly Flight[]
  next: number
  /** Users it may still seat before its turn is over. */
  turnUsers: number
}

/** Told of a user that is dropped at the cut because nobody waits for it any more. */
type Drop = (flight: Flight) => void

/**
 * BatchQueue decides who goes next. Users wait here until a slot opens; only then is a batch *cut* from whoever waits.
 *
 * Users whose retry is due go first. Then come foreground users, round robin over requests, {@link QUANTUM_USERS} at a time,
 * so that a request for 20,000 users does not starve one for a single user. A request that the end of a batch cuts short is the first in the
 * next one: each batch that has a part of a request makes it wait for another call. Refresh users fill the room that is left, oldest
 * first. Groups in search of a culprit are kept apart: each travels alone.
 */
export class BatchQueue {
  /** In turn order: a Set iterates in insertion order, and a lane put back during the iteration is visited again. */
  readonly #lanes = new Set<Lane>()
  readonly #due = new Set<Flight>()
  readonly #refresh = new Set<Flight>()
  #groups: Group[] = []
  #laneUsers = 0
  /** Users that one round seats, in which each lane has its turn. */
  #roundUsers = 0
  readonly #now: () => number

  /** `now` is monotonic milliseconds; default `performance.now`. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Queues the users of one request. */
  addForeground(flights: readonly Flight[]): void {
    if (flights.length === 0) return
    const turnUsers = turnOf(flights.length)
    this.#laneUsers += flights.length
    this.#roundUsers += turnUsers
    this.#lanes.add({ flights: this.#queued(flights), next: 0, turnUsers })
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
    const batch: Flight[] = []
    for (const flight of this.#due) {
      if (batch.length === usersMax) return batch
      this.#due.delete(flight)
      seat(flight, now, batch, drop)
    }
    for (const lane of this.#lanes) {
      if (batch.length === usersMax) return batch
      const seats = Math.min(lane.turnUsers, usersMax - batch.length)
      this.#seatLane(lane, seats, now, batch, drop)
      lane.turnUsers -= seats
      const left = lane.flights.length - lane.next
      if (left > 0 && lane.turnUsers > 0) return batch
      this.#lanes.delete(lane)
      lane.turnUsers = turnOf(left)
      if (left > 0) this.#lanes.add(lane)
    }
    for (const flight of this.#refresh) {
      if (batch.length === usersMax) return batch
      this.#refresh.delete(flight)
      batch.push(flight)
    }
    return batch
  }

  /** Returns the next group that has anybody in it who is still wanted. */
  cutGroup(now: number, drop: Drop): Group | undefined {
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      const flights: Flight[] = []
      for (const flight of group.flights) seat(flight, now, flights, drop)
      if (flights.length > 0) return { flights, hunt: group.hunt }
    }
    return undefined
  }

  /** Empties the queue and returns who was in it. */
  takeAll(): readonly Flight[] {
    const groups = this.#groups.flatMap((group) => group.flights)
    const lanes = [...this.#lanes].flatMap((lane) => lane.flights.slice(lane.next))
    const all = [...groups, ...this.#due, ...lanes, ...this.#refresh]
    this.#groups = []
    this.#due.clear()
    this.#lanes.clear()
    this.#refresh.clear()
    this.#laneUsers = 0
    this.#roundUsers = 0
    return all
  }

  /**
   * Users that will be seated before the last of `users` new ones of one request. If the queue `staysFull`, every place in it
   * that frees is taken by a newcomer, who takes turns like all others.
   */
  usersAhead(users: number, staysFull: boolean): number {
    const inTurns = Math.ceil(users / QUANTUM_USERS) * this.#roundUsers
    return this.#due.size + (staysFull ? inTurns : Math.min(this.#laneUsers, inTurns))
  }

  get foregroundUsers(): number {
    return this.#due.size + this.#laneUsers
  }

  /** Requests with users that have never been in a call. */
  get requests(): number {
    return this.#lanes.size
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

  #seatLane(lane: Lane, seats: number, now: number, batch: Flight[], drop: Drop): void {
    const full = batch.length + seats
    const before = lane.flights.length - lane.next
    while (batch.length < full && lane.next < lane.flights.length) {
      const flight = lane.flights[lane.next]
      lane.next += 1
      if (flight !== undefined) seat(flight, now, batch, drop)
    }
    const left = lane.flights.length - lane.next
    this.#laneUsers -= before - left
    this.#roundUsers -= turnOf(before) - turnOf(left)
  }
}

const turnOf = (users: number): number => Math.min(users, QUANTUM_USERS)

function seat(flight: Flight, now: number, batch: Flight[], drop: Drop): void {
  if (flight.isWanted(now)) batch.push(flight)
  else drop(flight)
}
