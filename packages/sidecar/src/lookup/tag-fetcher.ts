import { Admission } from './admission.ts'
import { BatchCutter } from './batch-cutter.ts'
import { type Batch, BatchQueue } from './batch-queue.ts'
import { type Flight, Flights } from './flights.ts'
import { LIMITER_REPLACED, type LimiterReplaced } from './limiter-replaced.ts'
import type { Answer } from './outcome.ts'
import type { LookupCounts } from './lookup-counts.ts'
import type { FetchState } from './lookup-state.ts'
import { Landing } from './landing.ts'
import { Recovery } from './recovery.ts'
import { SlotGate } from './slot-gate.ts'
import type { Surroundings, TagFetcherOptions } from './tag-fetcher-options.ts'
import { Trouble } from './trouble.ts'
import { type HealthChange, UpstreamHealth } from './upstream-health.ts'
import type { Waiting } from './waiting.ts'

/** A place in a request's answer that the cache could not fill. */
export interface Missing {
  readonly user: string
  readonly index: number
  /** What the cache has, if it may be answered when the fetch fails. */
  readonly fallback: Answer | undefined
}

/**
 * TagFetcher gets users' tags from Tencent into the cache: one flight for each user, batches cut when a slot opens, and
 * everybody who waits told. It does not read the cache; what is fetched and who waits is its caller's to say.
 */
export class TagFetcher {
  readonly #options: TagFetcherOptions
  readonly #now: () => number
  readonly #counts: LookupCounts
  readonly #flights = new Flights()
  readonly #queue: BatchQueue
  readonly #trouble = new Trouble()
  readonly #health: UpstreamHealth
  readonly #landing: Landing
  readonly #recovery: Recovery
  readonly #cutter: BatchCutter
  readonly #gate: SlotGate
  readonly #admission: Admission

  constructor(options: TagFetcherOptions, { cache, rideAlong, counts, now, random }: Surroundings) {
    this.#options = options
    this.#now = now
    this.#counts = counts
    this.#queue = new BatchQueue(now)
    const tell = (change: HealthChange | LimiterReplaced): void => options.onChange?.(change)
    this.#health = new UpstreamHealth(random, tell)
    const [queue, flights, health] = [this.#queue, this.#flights, this.#health]
    this.#landing = new Landing({ queue, flights, cache, trouble: this.#trouble, now })
    this.#recovery = new Recovery({
      queue,
      health,
      now,
      random,
      fail: (failed, failure) => this.#landing.failed(failed, failure),
      onCulprit: (user, failure) => this.#trouble.blame(user, failure, now()),
      kick: () => this.#gate.kick(),
    })
    this.#cutter = new BatchCutter({
      ...options,
      queue,
      flights,
      cache,
      health,
      rideAlong,
      recovery: this.#recovery,
      gate: () => this.#gate,
      drop: (flight) => this.#landing.dropped(flight),
    })
    this.#gate = new SlotGate({
      ...options,
      now,
      paceFactor: (at) => health.paceFactor(at),
      onLimiterReplaced: () => tell(LIMITER_REPLACED),
      startCall: () => this.#startCall(),
    })
    this.#admission = new Admission({ ...options, queue, health, gate: this.#gate })
  }

  /**
   * Seats a request's missing users in flights. `anew` demands fetches that begin after now. Users that cannot be served are refused at
   * once: when calls are paused, when there is no room, or when the user itself is known to make calls refused.
   */
  join(missing: readonly Missing[], request: Waiting, anew: boolean): void {
    const now = this.#now()
    const refusal = this.#health.refusal(now)
    let room = this.#admission.room(missing.length, request.deadlineMs, now)
    const overloaded = room < missing.length ? this.#admission.refusal(now) : undefined
    const queued: Flight[] = []
    for (const { user, index, fallback } of missing) {
      const isNew = !this.#flights.has(user)
      const culprit = this.#trouble.culprit(user, now)
      const why = culprit ?? refusal ?? (isNew && room === 0 ? overloaded : undefined)
      if (why !== undefined) {
        if (why === refusal) this.#counts.shed.paused += 1
        else if (why === overloaded) this.#counts.shed.overloaded += 1
        this.#counts.lookups.miss += 1
        request.refuse({ index, fallback }, why)
        continue
      }
      if (isNew) room -= 1
      const { flight, created } = this.#flights.join(user, { refresh: false, anew })
      if (created && flight.state === 'queued') queued.push(flight)
      if (flight.refresh) this.#queue.promote(flight)
      // A user named twice in one request joins nobody else's fetch.
      const coalesced = !created && flight.waiters[0]?.request !== request
      this.#counts.lookups[coalesced ? 'coalesced' : 'miss'] += 1
      flight.waiters.push(request.seat({ index, fallback, coalesced }))
    }
    this.#queue.addForeground(queued)
    this.#gate.kick()
  }

  /** Fetches a user that nobody waits for, behind those that somebody waits for. */
  refresh(user: string): void {
    const now = this.#now()
    if (this.#queue.refreshUsers >= this.#options.queueMaxUsers) return
    if (this.#trouble.isCooling(user, now) || this.#trouble.culprit(user, now) !== undefined) return
    if (this.#health.refusal(now) !== undefined) return
    const { flight, created } = this.#flights.join(user, { refresh: true, anew: false })
    if (!created || flight.state !== 'queued') return
    this.#queue.addRefresh(flight)
    this.#gate.kick()
  }

  /** Reports whether a user that has an old value is not worth a fetch now: its last one failed a moment ago. */
  isCooling(user: string, now: number): boolean {
    return this.#trouble.isCooling(user, now)
  }

  /** How long a request waits for a fresh value when it has an old one: until a call that starts in the next slot is likely back. */
  patienceMs(now: number): number {
    return this.#gate.spacingMs(now) + this.#health.roundTrip.likelyMs
  }

  /** What a fetch under way brings is told to those who wait for it, and not stored. */
  invalidate(user: string): void {
    this.#flights.invalidate(user)
    this.#trouble.forget(user)
  }

  invalidateAll(): void {
    this.#flights.invalidateAll()
    this.#trouble.clear()
  }

  /** Takes room in the call budget for a call outside the queue: a repeat with a new signature or another key. */
  async takeExtraCall(): Promise<void> {
    await this.#gate.takeExtraCall()
    this.#counts.touch(this.#now())
    this.#counts.calls.results.repeated += 1
  }

  /** There are new credentials: if the ones before were refused, one call may try them at once. */
  credentialsChanged(): void {
    this.#health.credentialsChanged()
  }

  /** The most calls that any trailing second held which ended after `sinceMs`. */
  highestWindowSince(sinceMs: number): number {
    return this.#gate.highestWindowSince(sinceMs)
  }

  /** Everything but the cache and what is counted. */
  state(now: number): FetchState {
    return {
      breaker: this.#health.breakerState(now),
      credentials: this.#health.credentialsState(now),
      refusal: this.#health.refusal(now),
      lastFailureMessage: this.#health.lastFailureMessage,
      isThrottled: this.#health.isThrottled,
      paceFactor: this.#health.paceFactor(now),
      foregroundUsers: this.#queue.foregroundUsers,
      retryUsers: this.#queue.dueUsers,
      refreshUsers: this.#queue.refreshUsers,
      isolatedUsers: this.#queue.isolatedUsers,
      flights: this.#flights.size,
      callsInLastSecond: this.#gate.callsInLastSecond(now),
      retries: this.#recovery.retries,
      limiterReplacements: this.#gate.limiterReplacements,
    }
  }

  /** Starts no further call. Those under way settle. */
  close(): void {
    this.#gate.close()
  }

  #startCall(): Promise<void> | undefined {
    const batch = this.#cutter.cut(this.#now())
    return batch === undefined ? undefined : this.#call(batch)
  }

  async #call(batch: Batch): Promise<void> {
    // A value is as old as the moment it was asked for: Tencent may have read it at any time since (RFC 9111, 4.2.3).
    const startedAtMs = this.#now()
    this.#counts.touch(startedAtMs)
    const { calls } = this.#counts
    calls.started(batch, startedAtMs)
    for (const flight of batch.flights) flight.send()
    this.#recovery.callStarted(batch, startedAtMs)
    const call = this.#health.started(startedAtMs)
    try {
      const reply = await this.#options.load(batch.flights.map((flight) => flight.user))
      const answeredAtMs = this.#now()
      calls.answered(answeredAtMs - startedAtMs)
      this.#health.answered(call, answeredAtMs)
      batch.hunt?.succeeded()
      this.#landing.answered(batch.flights, reply, startedAtMs)
    } catch (error) {
      const failedAtMs = this.#now()
      this.#counts.touch(failedAtMs)
      calls.failed(error, failedAtMs - startedAtMs)
      this.#health.failed(call, error, failedAtMs)
      this.#recovery.callFailed(batch, error)
    }
    // After an answer too: it may have queued who was parked behind a flight of it.
    this.#refuseQueued()
    this.#gate.kick()
  }

  /** When calls are paused, waiting is of no use: everybody in the queue is told at once. */
  #refuseQueued(): void {
    const refusal = this.#health.refusal(this.#now())
    if (refusal !== undefined) this.#landing.failed(this.#queue.takeAll(), refusal)
  }
}
