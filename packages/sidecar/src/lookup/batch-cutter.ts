import type { Batch, BatchQueue } from './batch-queue.ts'
import { CallWindow } from './call-window.ts'
import type { Flight, Flights } from './flights.ts'
import type { Recovery } from './recovery.ts'
import type { RideAlong } from './ride-along.ts'
import type { SlotGate } from './slot-gate.ts'
import type { TagCache } from './tag-cache.ts'
import type { UpstreamHealth } from './upstream-health.ts'

/** Groups in search of a culprit get at most this share of the slots. */
const GROUP_SHARE = 0.2
/** Above this share of the budget a batch that is not full waits for company, and for how long. */
const BUSY_SHARE = 0.6
const BUSY_LINGER_MS = 10
/** So many requests waiting right after a call, or at it, are the front of a crowd: the rest of it is on its way. */
const CROWD_REQUESTS = 5
const CROWD_WITHIN_MS = 50
const CROWD_LINGER_MS = 25

export interface BatchCutterOptions {
  readonly queue: BatchQueue
  readonly flights: Flights
  readonly cache: TagCache
  readonly rideAlong: RideAlong
  readonly recovery: Recovery
  readonly health: UpstreamHealth
  readonly gate: () => SlotGate
  readonly callsPerSecond: number
  readonly batchMaxUsers: number
  /** Takes a flight that nobody wants any more off the record. */
  readonly drop: (flight: Flight) => void
}

/**
 * BatchCutter makes the batch of a slot at the moment the slot opens: a group in search of a culprit, or those who wait, with users that ride along
 * in the seats left.
 */
export class BatchCutter {
  readonly #options: BatchCutterOptions
  readonly #groupWindow: CallWindow
  #lingersUntilMs: number | undefined
  #lingerKick: NodeJS.Timeout | undefined
  #groupKick: NodeJS.Timeout | undefined
  #cutAtMs = -Infinity
  #cutRequests = 0

  constructor(options: BatchCutterOptions) {
    this.#options = options
    this.#groupWindow = new CallWindow(Math.max(1, options.callsPerSecond * GROUP_SHARE))
  }

  /** Returns the next batch, or nothing if none is to be sent now. Where time alone can change that, the gate is kicked then. */
  cut(now: number): Batch | undefined {
    const { health, queue } = this.#options
    if (!health.mayCall(now)) return undefined
    const group = this.#cutGroup(now)
    if (group !== undefined) return group
    if (this.#lingers(now)) return undefined
    const { requests } = queue
    const flights = queue.cut(this.#options.batchMaxUsers, now, this.#options.drop)
    if (flights.length === 0) return undefined
    this.#cutAtMs = now
    this.#cutRequests = requests
    const riders = this.#rideAlong(this.#options.batchMaxUsers - flights.length, now)
    return { flights: [...flights, ...riders], riders: riders.length }
  }

  #cutGroup(now: number): Batch | undefined {
    const { queue, recovery, drop } = this.#options
    if (!queue.hasGroups) return undefined
    const waitMs = this.#groupWindow.waitMs(now)
    if (waitMs > 0) {
      if (this.#groupKick === undefined)
        this.#groupKick = this.#kickAfter(waitMs, () => (this.#groupKick = undefined))
      return undefined
    }
    for (;;) {
      const group = queue.cutGroup(now, drop)
      if (group === undefined) return undefined
      if (recovery.isHopeless(group)) continue
      this.#groupWindow.record(now)
      return group
    }
  }

  /**
   * Reports whether a batch that is not full waits for company. Never when the sidecar was idle: the first user of a crowd goes at once.
   * A thousand clients that connect within half a second would else make fifty calls of twenty users.
   */
  #lingers(now: number): boolean {
    const { queue, batchMaxUsers } = this.#options
    const isPartFull = !queue.isEmpty && queue.foregroundUsers < batchMaxUsers
    if (isPartFull) this.#lingersUntilMs ??= now + this.#lingerMs(now)
    const leftMs = isPartFull ? (this.#lingersUntilMs ?? now) - now : 0
    if (leftMs > 0) {
      // Looked at each time: a timer may fire before its time is up on the monotonic clock, and then nobody else might come.
      if (this.#lingerKick === undefined)
        this.#lingerKick = this.#kickAfter(leftMs, () => (this.#lingerKick = undefined))
      return true
    }
    this.#lingersUntilMs = undefined
    return false
  }

  #lingerMs(now: number): number {
    const { queue, callsPerSecond, gate } = this.#options
    const requests = Math.max(queue.requests, this.#cutRequests)
    const isCrowd = requests >= CROWD_REQUESTS && now - this.#cutAtMs <= CROWD_WITHIN_MS
    if (isCrowd) return CROWD_LINGER_MS
    return gate().callsInLastSecond(now) > callsPerSecond * BUSY_SHARE ? BUSY_LINGER_MS : 0
  }

  /** Seats users that will be stale soon, at no call's cost; not while Tencent is in trouble. */
  #rideAlong(room: number, now: number): Flight[] {
    const { rideAlong, cache, flights, health } = this.#options
    const riders: Flight[] = []
    // Before the return: with full batches or a slowed pace nobody would ever take them out.
    rideAlong.forgetStale(now)
    if (room === 0 || !health.isSound(now)) return riders
    for (const user of cache.riders(now)) {
      if (flights.has(user)) continue
      riders.push(flights.join(user, { refresh: true, anew: false }).flight)
      if (riders.length === room) break
    }
    return riders
  }

  #kickAfter(delayMs: number, forget: () => void): NodeJS.Timeout {
    return setTimeout(() => {
      forget()
      this.#options.gate().kick()
    }, Math.ceil(delayMs)).unref()
  }
}
