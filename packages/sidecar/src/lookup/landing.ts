import type { TagReply } from '@tagside/core'

import type { BatchQueue } from './batch-queue.ts'
import type { Flight, Flights } from './flights.ts'
import { type Failure, failed, type Outcome, refused } from './outcome.ts'
import type { TagCache } from './tag-cache.ts'
import type { Trouble } from './trouble.ts'
import { userReply } from './upstream.ts'

export interface LandingOptions {
  readonly flights: Flights
  readonly queue: BatchQueue
  readonly cache: TagCache
  readonly trouble: Trouble
  readonly now: () => number
}

/**
 * Landing ends flights: what was fetched goes into the cache, everybody who waits is told, and a flight that was parked behind
 * is queued.
 */
export class Landing {
  readonly #options: LandingOptions

  constructor(options: LandingOptions) {
    this.#options = options
  }

  /** Ends the flights of a call that was answered. `fetchedAtMs` is when it began. */
  answered(flights: readonly Flight[], reply: TagReply, fetchedAtMs: number): void {
    // Every user is in the cache before anyone wakes: who wakes and reads again finds the whole batch.
    const outcomes = flights.map((flight) => ({
      flight,
      outcome: this.#store(flight, reply, fetchedAtMs),
    }))
    for (const { flight, outcome } of outcomes) this.#settle(flight, outcome)
  }

  failed(flights: readonly Flight[], failure: Failure): void {
    for (const flight of flights) {
      this.#options.trouble.failed(flight.user, this.#options.now())
      this.#settle(flight, flight.wasSent ? failed(failure) : refused(failure))
    }
  }

  /** Ends a flight that nobody waits for. */
  dropped(flight: Flight): void {
    const { flights, queue } = this.#options
    const next = flights.land(flight)
    if (next === undefined) return
    if (next.refresh) queue.addRefresh(next)
    else queue.addForeground([next])
  }

  #store(flight: Flight, reply: TagReply, fetchedAtMs: number): Outcome {
    const { cache, trouble, now } = this.#options
    const said = userReply(reply, flight.user)
    if (said.kind === 'failed') {
      trouble.failed(flight.user, now())
      return said
    }
    trouble.forget(flight.user)
    const entry =
      said.kind === 'known'
        ? cache.knownEntry(said.tags, fetchedAtMs)
        : cache.unknownEntry(fetchedAtMs)
    // The fetch began before an invalidation: who waited for it gets the value, nobody after.
    if (!flight.invalidated) cache.store(flight.user, entry)
    return cache.answer(entry, 'fetched')
  }

  #settle(flight: Flight, outcome: Outcome): void {
    this.dropped(flight)
    // The flight lets go of them: a Map that outgrows its table leaves the table behind with the flights of that moment and a link to the next
    // table, and each keeps the next from being collected young. With all who had waited, 8 MB a second grew old that way instead of 1.6.
    for (const waiter of flight.waiters.splice(0)) waiter.request.settle(waiter, outcome)
  }
}
