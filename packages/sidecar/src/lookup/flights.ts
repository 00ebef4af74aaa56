import type { Waiter } from './waiting.ts'

/**
 * - `parked`: waits for an earlier flight of the same user to land.
 * - `queued`: waits for a slot.
 * - `sent`: in a call.
 */
type FlightState = 'parked' | 'queued' | 'sent'

/** A flight is a fetch in progress for one user, shared by everybody who waits for that user. */
export class Flight {
  readonly user: string
  state: FlightState
  /** Refresh flights have no waiter at first; a waiter that joins one makes it foreground. */
  refresh: boolean
  readonly waiters: Waiter[] = []
  /** An invalidation arrived after the fetch began: what it brings may be older than that. */
  invalidated = false
  /** When it was last queued, monotonic milliseconds. */
  queuedAtMs = 0
  /** Whether any call was made for it. */
  wasSent = false
  /** Calls it was in, but for those that were throttled, or refused for the sake of some user in them. */
  attempts = 0
  /** The flight that takes off when this one lands, for callers who must not get what was asked before they came. */
  next: Flight | undefined

  constructor(user: string, state: FlightState, refresh: boolean) {
    this.user = user
    this.state = state
    this.refresh = refresh
  }

  /** Puts it in a call. */
  send(): void {
    this.state = 'sent'
    this.wasSent = true
  }

  /** Reports whether anyone still wants the result. */
  isWanted(now: number): boolean {
    return this.refresh || this.isAwaited(now)
  }

  /** Reports whether somebody waits who will still be there at `atMs`. */
  isAwaited(atMs: number): boolean {
    return this.waiters.some((waiter) => waiter.request.isLive(atMs))
  }

  /**
   * Makes a sent flight wait for another call. That one begins after every invalidation so far, so it serves those who
   * were parked behind this flight as well.
   */
  requeue(): void {
    this.state = 'queued'
    this.invalidated = false
    if (this.next !== undefined) this.waiters.push(...this.next.waiters)
    this.next = undefined
  }
}

/** `created` tells that nobody else had asked for it; a created flight in state `queued` is the caller's to queue. */
interface Joined {
  readonly flight: Flight
  readonly created: boolean
}

/**
 * Flights holds the one flight of each user: at most one is queued or sent at any time, so a user is never in two calls.
 *
 * A caller who demands a value fetched after now (`no-cache`, or any read after an invalidation) may not join a flight that
 * is already sent: Tencent may have read the tags before the caller's own write. It joins the parked flight behind it.
 *
 *     A reads xiaoming  → flight 1 sent
 *     B writes a tag, invalidates xiaoming, reads xiaoming  → flight 2 parked: flight 1 may carry the old tags
 *     flight 1 lands    → A answered, nothing stored; flight 2 queued
 */
export class Flights {
  readonly #byUser = new Map<string, Flight>()

  /** Returns the flight a read of `user` belongs to, starting one if there is none. */
  join(user: string, options: { readonly refresh: boolean; readonly anew: boolean }): Joined {
    const current = this.#byUser.get(user)
    if (current === undefined) {
      const flight = new Flight(user, 'queued', options.refresh)
      this.#byUser.set(user, flight)
      return { flight, created: true }
    }
    if (current.state !== 'sent' || !(options.anew || current.invalidated)) {
      return { flight: current, created: false }
    }
    if (current.next !== undefined) return { flight: current.next, created: false }
    current.next = new Flight(user, 'parked', options.refresh)
    return { flight: current.next, created: true }
  }

  has(user: string): boolean {
    return this.#byUser.has(user)
  }

  /** Ends a flight. The parked flight behind it, if any, is returned to be queued. */
  land(flight: Flight): Flight | undefined {
    // Only the flight on record may clear the record; a dropped flight must not end its successor.
    if (this.#byUser.get(flight.user) !== flight) return undefined
    const { next } = flight
    if (next === undefined) {
      this.#byUser.delete(flight.user)
      return undefined
    }
    next.state = 'queued'
    this.#byUser.set(flight.user, next)
    return next
  }

  invalidate(user: string): void {
    const flight = this.#byUser.get(user)
    if (flight?.state === 'sent') flight.invalidated = true
  }

  invalidateAll(): void {
    for (const user of this.#byUser.keys()) this.invalidate(user)
  }

  get size(): number {
    return this.#byUser.size
  }
}
