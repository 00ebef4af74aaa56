import type { BatchQueue } from './batch-queue.ts'
import type { Failure } from './outcome.ts'
import type { SlotGate } from './slot-gate.ts'
import type { UpstreamHealth } from './upstream-health.ts'

export interface AdmissionOptions {
  readonly queue: BatchQueue
  readonly gate: SlotGate
  readonly health: UpstreamHealth
  readonly batchMaxUsers: number
  readonly maxConcurrentCalls: number
  /** Users that may wait at once, whatever their deadlines. */
  readonly queueMaxUsers: number
}

/** Part of the time until a deadline that is planned with: slots open late on a busy machine, and calls vary. */
const PLANNED_SHARE = 0.9
/** So long after a refusal the queue is taken to stay full: others ask, and are let in, as soon as there is room. */
const FULL_MS = 1_000

/**
 * Admission says how many more users may wait, at the moment they come: who cannot be served by its deadline is refused at once, because
 * waiting would only make others late. It is an estimate from the queue, the pace and the round trip; a wrong one costs a late answer, not the budget.
 */
export class Admission {
  readonly #options: AdmissionOptions
  #fullUntilMs = -Infinity

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** Returns how many of `users` new users of a request can be served by its deadline. */
  room(users: number, deadlineMs: number, now: number): number {
    const { queue, batchMaxUsers, queueMaxUsers, health } = this.#options
    const leftMs = (deadlineMs - now) * PLANNED_SHARE - health.roundTrip.likelyMs
    const slots = Math.floor(leftMs / this.#spacingMs(now))
    // The next slot is for whoever waits then: a queue shorter than a batch makes nobody late.
    const ahead = queue.usersAhead(users, now < this.#fullUntilMs)
    const inTime = Math.max(1, slots) * batchMaxUsers - ahead
    return Math.max(0, Math.min(users, inTime, queueMaxUsers - queue.foregroundUsers))
  }

  /** The failure of those for whom there is no room; they may try again when the queue of now is served. */
  refusal(now: number): Failure {
    this.#fullUntilMs = now + FULL_MS
    const batches = Math.ceil(this.#options.queue.foregroundUsers / this.#options.batchMaxUsers)
    return {
      code: 'overloaded',
      message:
        'more users wait for Tencent than can be asked for in time; ask again after a moment',
      retryable: true,
      retryAfterMs: batches * this.#spacingMs(now),
    }
  }

  /** Slots come no faster than calls end. */
  #spacingMs(now: number): number {
    const { gate, health, maxConcurrentCalls } = this.#options
    return Math.max(gate.spacingMs(now), health.roundTrip.meanMs / maxConcurrentCalls)
  }
}
