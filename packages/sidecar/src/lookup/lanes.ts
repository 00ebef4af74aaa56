import type { Flight } from './flights.ts'
import type { Seats } from './seats.ts'

/** Users a request may seat before the next request has its turn. */
const TURN_USERS = 8

/** The queued users of one request, taken from the front. */
interface Lane {
  readonly flights: readonly Flight[]
  next: number
  /** Users it may still seat before its turn is over. */
  turnUsers: number
}

/** The part of a batch that a request has. */
interface Part {
  readonly lane: Lane
  seats: number
  /** Of those, what it may give to others: its last turn, if the end of the batch does not cut it short. */
  mayGive: number
}

/**
 * Lanes queues requests by their users who have never been in a call. They have turns, {@link TURN_USERS} users at a time, so that a request for 20,000
 * users does not starve one for a single user. A turn that the end of a batch cuts short goes on in the next one.
 *
 * A request waits for the last of its users, and is as good as not seated until then. So requests that lack less than a turn change places with those
 * that lack anything and came behind them: whoever gives seats of a batch has them in its next turn. Of many requests for ten, a batch has nine or ten
 * whole ones and not twelve parts, and none of those that wait is complete later than by turns alone.
 */
export class Lanes {
  /** In turn order: a Set iterates in insertion order, and a lane put back during the iteration is visited again. */
  #lanes = new Set<Lane>()
  #users = 0
  /** Users that one round seats, in which each lane has its turn. */
  #roundUsers = 0

  /** Queues the users of one request; at least one. */
  add(flights: readonly Flight[]): void {
    const turnUsers = turnOf(flights.length)
    this.#users += flights.length
    this.#roundUsers += turnUsers
    this.#lanes.add({ flights, next: 0, turnUsers })
  }

  /** Fills the seats, or empties the queue. */
  seat(seats: Seats): void {
    // Once more where seats stay free because nobody waits for those whom they were for.
    while (seats.free > 0 && this.#lanes.size > 0) {
      const parts = this.#turns(seats.free)
      completeFirst(parts)
      for (const part of parts) this.#seatPart(part, seats)
    }
  }

  /** Empties the queue and returns who was in it. */
  takeAll(): readonly Flight[] {
    const all = [...this.#lanes].flatMap((lane) => lane.flights.slice(lane.next))
    this.#lanes.clear()
    this.#users = 0
    this.#roundUsers = 0
    return all
  }

  /**
   * Users that will be seated before the last of `users` new ones of one request. If the queue `staysFull`, every place in it
   * that frees is taken by a newcomer, who takes turns like all others.
   */
  usersAhead(users: number, staysFull: boolean): number {
    const inTurns = Math.ceil(users / TURN_USERS) * this.#roundUsers
    return staysFull ? inTurns : Math.min(this.#users, inTurns)
  }

  get users(): number {
    return this.#users
  }

  get requests(): number {
    return this.#lanes.size
  }

  /** Returns what each request has of so many seats by turns, and puts those whose turn is over back in line. */
  #turns(seats: number): readonly Part[] {
    const parts = new Map<Lane, Part>()
    let free = seats
    for (const lane of this.#lanes) {
      if (free === 0) break
      const part = parts.get(lane) ?? { lane, seats: 0, mayGive: 0 }
      const taken = Math.min(lane.turnUsers, free)
      // Behind all others, as in line.
      parts.delete(lane)
      parts.set(lane, part)
      part.seats += taken
      free -= taken
      lane.turnUsers -= taken
      part.mayGive = lane.turnUsers > 0 ? 0 : taken
      if (lane.turnUsers > 0) break
      this.#lanes.delete(lane)
      lane.turnUsers = turnOf(lackOf(part))
      if (lackOf(part) > 0) this.#lanes.add(lane)
    }
    return [...parts.values()]
  }

  #seatPart({ lane, seats: part }: Part, seats: Seats): void {
    const freeAfter = seats.free - part
    const before = usersOf(lane)
    while (seats.free > freeAfter && lane.next < lane.flights.length) {
      const flight = lane.flights[lane.next]
      lane.next += 1
      if (flight !== undefined) seats.give(flight)
    }
    const left = usersOf(lane)
    this.#users -= before - left
    this.#roundUsers -= turnOf(before) - turnOf(left)
    // There are fewer than was thought if some were dropped.
    lane.turnUsers = Math.min(lane.turnUsers, left)
    if (left === 0) this.#lanes.delete(lane)
  }
}

/** Lets the first who lack less than a turn have it from the last who lack anything. */
function completeFirst(parts: readonly Part[]): void {
  let last = parts.length - 1
  for (const [at, taker] of parts.entries()) {
    while (lackOf(taker) > 0 && lackOf(taker) < TURN_USERS) {
      const giver = parts[last]
      // From somebody in front of it in line it would take what is others' before it.
      if (giver === undefined || last <= at) return
      const seats = lackOf(giver) === 0 ? 0 : Math.min(giver.mayGive, lackOf(taker))
      if (seats === 0) last -= 1
      taker.seats += seats
      giver.seats -= seats
      giver.mayGive -= seats
      giver.lane.turnUsers += seats
    }
  }
}

const turnOf = (users: number): number => Math.min(users, TURN_USERS)

const usersOf = ({ flights, next }: Lane): number => flights.length - next

/** Users of a request who are not in its part of the batch. */
const lackOf = ({ lane, seats }: Part): number => usersOf(lane) - seats
