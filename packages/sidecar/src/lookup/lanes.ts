import type { Flight } from './flights.ts'
import type { Seats } from './seats.ts'

/** Users a request may seat before the next request has its turn. */
const TURN_USERS = 8

/** The queued users of one request, taken from the front. */
interface Lane {
  /** A list of its own: users who are put back are written into it. */
  readonly flights: Flight[]
  next: number
  /** Users it may still seat before its turn is over. */
  turnUsers: number
}

/** The part of a batch that a request has. */
interface Part {
  readonly lane: Lane
  readonly flights: Flight[]
  /** Its turn goes on in the next batch, before all others: what it has is not for others. */
  isCutShort: boolean
  /** What the lane had of a round before. */
  readonly roundUsers: number
}

/**
 * Lanes queues requests by their users who have never been in a call. They have turns, {@link TURN_USERS} users at a time, so that a request for 20,000
 * users does not starve one for a single user. A turn that the end of a batch cuts short goes on in the next one.
 *
 * A request is answered when the last of its users is. So one that lacks less than a turn changes places with those that are not complete and came
 * behind it: whoever gives seats of a batch has them in its next turn. Of many requests for ten, a batch has nine or ten whole ones and not twelve parts.
 *
 * Of those that wait at a cut, none is complete later for it than by turns alone, if nobody gives up meanwhile. A newcomer may be, seldom by more than
 * a batch: who is ahead of its turns is back in line sooner.
 */
export class Lanes {
  /** In turn order: a Set iterates in insertion order, and a lane put back during the iteration is visited again. */
  readonly #lanes = new Set<Lane>()
  #users = 0
  /** Users that one round seats, in which each lane has its turn. */
  #roundUsers = 0

  /** Queues the users of one request; at least one. */
  add(flights: readonly Flight[]): void {
    const lane = { flights: [...flights], next: 0, turnUsers: turnOf(flights.length) }
    this.#users += flights.length
    this.#roundUsers += roundOf(lane)
    this.#lanes.add(lane)
  }

  /** Fills the seats, or empties the queue. */
  seat(seats: Seats): void {
    const parts = this.#turns(seats)
    this.#completeFirst(parts, seats)
    for (const { lane, flights, roundUsers } of parts) {
      seats.taken.push(...flights)
      this.#roundUsers += roundOf(lane) - roundUsers
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
   * Users that will be seated before the last of `users` new ones of one request: at the most, if nobody comes after them. If the queue `staysFull`,
   * every place in it that frees is taken by a newcomer, who takes turns like all others; then it is about as many.
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

  /** Returns what each request has of a batch by turns, and puts those whose turn is over back in line; the parts are in line, too. */
  #turns(seats: Seats): readonly Part[] {
    const parts = new Map<Lane, Part>()
    let { free } = seats
    for (const lane of this.#lanes) {
      if (free === 0) break
      const roundUsers = roundOf(lane)
      const part = parts.get(lane) ?? { lane, flights: [], isCutShort: false, roundUsers }
      // Behind all others, as in line: a second turn comes after their first.
      parts.delete(lane)
      parts.set(lane, part)
      const taken = this.#take(part, Math.min(lane.turnUsers, free), seats)
      free -= taken
      lane.turnUsers -= taken
      part.isCutShort = lane.turnUsers > 0 && usersOf(lane) > 0
      if (part.isCutShort) break
      this.#lanes.delete(lane)
      lane.turnUsers = turnOf(usersOf(lane))
      if (usersOf(lane) > 0) this.#lanes.add(lane)
    }
    return [...parts.values()]
  }

  /** Lets the first who lack less than a turn have it from the last who lack anything. */
  #completeFirst(parts: readonly Part[], seats: Seats): void {
    let last = parts.length - 1
    for (const [at, taker] of parts.entries()) {
      while (usersOf(taker.lane) > 0 && usersOf(taker.lane) < TURN_USERS) {
        const giver = parts[last]
        // From somebody in front of it in line it would take what is others' before it.
        if (giver === undefined || last <= at) return
        if (this.#giveBack(giver)) this.#takeAhead(taker, seats)
        else last -= 1
      }
    }
  }

  /** Takes so many users into a part as are there and still waited for; drops the others up to the next who is, so that a lane with users has one to seat. */
  #take({ lane, flights }: Part, usersMax: number, seats: Seats): number {
    const before = usersOf(lane)
    let taken = 0
    for (; lane.next < lane.flights.length; lane.next += 1) {
      const flight = lane.flights[lane.next]
      if (flight === undefined || !seats.wants(flight)) continue
      if (taken === usersMax) break
      flights.push(flight)
      taken += 1
    }
    this.#users -= before - usersOf(lane)
    return taken
  }

  /** Takes a user whose turn it is not yet. */
  #takeAhead(part: Part, seats: Seats): void {
    const { lane } = part
    this.#take(part, 1, seats)
    if (usersOf(lane) === 0) this.#lanes.delete(lane)
  }

  /** Puts the last user of a part back, if its request is not complete with it and nobody else waits for that user. */
  #giveBack({ lane, flights, isCutShort }: Part): boolean {
    const flight = flights.at(-1)
    if (isCutShort || isComplete(lane) || !isOfOneRequest(flight)) return false
    flights.pop()
    lane.next -= 1
    lane.flights[lane.next] = flight
    lane.turnUsers += 1
    this.#users += 1
    return true
  }
}

/** Also if those who are left have something cached: when its patience is over, a request does not wait for them. */
function isComplete({ flights, next }: Lane): boolean {
  const flight = flights[next]
  return flight === undefined || flight.waiters.some(({ fallback }) => fallback !== undefined)
}

/** A lane's own request is the first to wait for each of its users, so that any other request among the waiters is somebody else. */
function isOfOneRequest(flight: Flight | undefined): flight is Flight {
  if (flight === undefined) return false
  const [first, ...others] = flight.waiters
  return others.every(({ request }) => request === first?.request)
}

const turnOf = (users: number): number => Math.min(users, TURN_USERS)

const usersOf = ({ flights, next }: Lane): number => flights.length - next

/** Users that a lane seats in a round, at the most. */
const roundOf = (lane: Lane): number =>
  Math.min(usersOf(lane), Math.max(lane.turnUsers, TURN_USERS))
