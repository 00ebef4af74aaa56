import type { TagReply } from '@tagside/core'

import { BatchQueue } from './batch-queue.ts'
import { type Flight, Flights } from './flights.ts'
import { type Answer, type Failed, type Failure, failed, type Outcome } from './outcome.ts'
import { SlotGate } from './slot-gate.ts'
import type { TagCache } from './tag-cache.ts'
import { callFailure, type LoadBatch, userReply } from './upstream.ts'
import type { Waiting } from './waiting.ts'

export interface TagFetcherOptions {
  readonly load: LoadBatch
  /** This process's share of the app's calls per second. */
  readonly callsPerSecond: number
  readonly maxConcurrentCalls: number
  /** Users in one upstream call, 1 to 100. */
  readonly batchMaxUsers: number
  /** Users that may wait at once, foreground and refresh each; beyond it foreground is refused and refresh forgone. */
  readonly queueMaxUsers: number
}

/** A place in a request's answer that the cache could not fill. */
export interface Missing {
  readonly user: string
  readonly index: number
  /** What the cache has, if it may be answered when the fetch fails. */
  readonly fallback: Answer | undefined
}

const OVERLOADED: Failure = {
  code: 'overloaded',
  message: 'too many users are waiting for Tencent already; ask again later',
  retryable: true,
  retryAfterMs: 1_000,
}

/**
 * TagFetcher gets users' tags from Tencent into the cache: one flight for each user, batches cut when a slot opens, and
 * everybody who waits told. It does not read the cache; what is fetched and who waits is its caller's to say.
 */
export class TagFetcher {
  readonly #options: TagFetcherOptions
  readonly #cache: TagCache
  readonly #now: () => number
  readonly #flights = new Flights()
  readonly #queue = new BatchQueue()
  readonly #gate: SlotGate

  constructor(options: TagFetcherOptions, cache: TagCache, now: () => number) {
    this.#options = options
    this.#cache = cache
    this.#now = now
    this.#gate = new SlotGate({
      callsPerSecond: options.callsPerSecond,
      maxConcurrentCalls: options.maxConcurrentCalls,
      now,
      startCall: () => this.#startCall(),
    })
  }

  /**
   * Seats a request's missing users in flights. `anew` demands fetches that begin after now. Users beyond the bound
   * of the queue are refused at once; those that join a flight under way never are.
   */
  join(missing: readonly Missing[], request: Waiting, anew: boolean): void {
    const queued: Flight[] = []
    for (const { user, index, fallback } of missing) {
      if (!this.#flights.has(user) && this.#isFull(queued.length)) {
        request.refuse({ index, fallback }, OVERLOADED)
        continue
      }
      const { flight, created } = this.#flights.join(user, { refresh: false, anew })
      if (created && flight.state === 'queued') queued.push(flight)
      if (flight.refresh) this.#queue.promote(flight)
      flight.waiters.push(request.seat({ index, fallback, coalesced: !created }))
    }
    this.#queue.addForeground(queued)
    this.#gate.kick()
  }

  /** Fetches a user that nobody waits for, behind those that somebody waits for. */
  refresh(user: string): void {
    if (this.#queue.refreshUsers >= this.#options.queueMaxUsers) return
    const { flight, created } = this.#flights.join(user, { refresh: true, anew: false })
    if (!created || flight.state !== 'queued') return
    this.#queue.addRefresh(flight)
    this.#gate.kick()
  }

  /** What a fetch under way brings is told to those who wait for it, and not stored. */
  invalidate(user: string): void {
    this.#flights.invalidate(user)
  }

  invalidateAll(): void {
    this.#flights.invalidateAll()
  }

  /** Takes room in the call budget for a call outside the queue: the repeat after an expired signature. */
  takeExtraCall(): Promise<void> {
    return this.#gate.takeExtraCall()
  }

  /** Starts no further call. Those under way settle. */
  close(): void {
    this.#gate.close()
  }

  #isFull(aboutToQueue: number): boolean {
    return this.#queue.foregroundUsers + aboutToQueue >= this.#options.queueMaxUsers
  }

  #startCall(): Promise<void> | undefined {
    const batch = this.#queue.cut(this.#options.batchMaxUsers, this.#now(), (flight) =>
      this.#land(flight),
    )
    if (batch.length === 0) return undefined
    for (const flight of batch) flight.state = 'sent'
    return this.#call(batch)
  }

  async #call(batch: readonly Flight[]): Promise<void> {
    // A value is as old as the moment it was asked for: Tencent may have read it at any time since (RFC 9111, 4.2.3).
    const fetchedAtMs = this.#now()
    const reply = await this.#options
      .load(batch.map((flight) => flight.user))
      .catch((error: unknown) => failed(callFailure(error)))
    // Every user is in the cache before anyone wakes: who wakes and reads again finds the whole batch.
    const landed = batch.map((flight) => ({
      flight,
      result: this.#store(flight, reply, fetchedAtMs),
    }))
    for (const { flight, result } of landed) {
      this.#land(flight)
      for (const waiter of flight.waiters) waiter.request.settle(waiter, result)
    }
  }

  #store(flight: Flight, reply: TagReply | Failed, fetchedAtMs: number): Outcome {
    if ('kind' in reply) return reply
    const said = userReply(reply, flight.user)
    if (said.kind === 'failed') return said
    const entry =
      said.kind === 'known'
        ? this.#cache.knownEntry(said.tags, fetchedAtMs)
        : this.#cache.unknownEntry(fetchedAtMs)
    // The fetch began before an invalidation: who waited for it gets the value, nobody after.
    if (!flight.invalidated) this.#cache.store(flight.user, entry)
    return this.#cache.answer(entry, 'fetched')
  }

  /** Takes a flight off the record, and queues the one parked behind it. */
  #land(flight: Flight): void {
    const next = this.#flights.land(flight)
    if (next === undefined) return
    if (next.refresh) this.#queue.addRefresh(next)
    else this.#queue.addForeground([next])
    this.#gate.kick()
  }
}
