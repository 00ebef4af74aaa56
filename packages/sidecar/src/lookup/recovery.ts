import { TencentError } from '@tagside/core'

import type { Batch, BatchQueue } from './batch-queue.ts'
import type { Flight } from './flights.ts'
import { type Group, Hunt } from './hunt.ts'
import type { Failure } from './outcome.ts'
import { RetryBudget } from './retry-budget.ts'
import { callFailure } from './upstream.ts'
import type { UpstreamHealth } from './upstream-health.ts'

/** Attempts a user has at most. A code that nobody knows is tried once more, no oftener. */
const ATTEMPTS_MAX = 3
const ATTEMPTS_MAX_UNKNOWN = 2
/** A retry waits a random time, up to twice as long at each attempt: full jitter. */
const BACKOFF_MS = 50

export interface RecoveryOptions {
  readonly queue: BatchQueue
  readonly health: UpstreamHealth
  readonly now: () => number
  readonly random: () => number
  /** Tells the waiters of these users that there is no answer. */
  readonly fail: (flights: readonly Flight[], failure: Failure) => void
  /** Told of a user that was found to make calls refused. */
  readonly onCulprit: (user: string, failure: Failure) => void
  /** Says that there is work. */
  readonly kick: () => void
}

/**
 * Recovery decides what becomes of the users of a failed call. The batch dissolves: its users go back one by one, or fail, and no slot is
 * held while they wait. A user is retried only inside the deadline of somebody who waits, and within a budget of calls.
 */
export class Recovery {
  readonly #options: RecoveryOptions
  readonly #budget = new RetryBudget()
  #retries = 0

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** Says that a call is made; calls earn retries, retries do not. */
  callStarted(batch: Batch, now: number): void {
    const isRetry = batch.flights.every((flight) => flight.attempts > 0)
    if (isRetry) this.#retries += 1
    else this.#budget.earn(now)
    for (const flight of batch.flights) flight.attempts += 1
  }

  /** Calls made so far for users who had all had an attempt before. */
  get retries(): number {
    return this.#retries
  }

  callFailed(batch: Batch, error: unknown): void {
    const failure = callFailure(error)
    const failureClass = error instanceof TencentError ? error.failureClass : undefined
    switch (failureClass) {
      case 'retry':
        return this.#retry(batch, failure, ATTEMPTS_MAX)
      case 'unknown':
        return this.#retry(batch, failure, ATTEMPTS_MAX_UNKNOWN)
      case 'throttled':
        return this.#backToTheFront(batch, failure)
      case 'request':
        return this.#divide(batch, failure)
      case 'credentials':
      case 'expired-signature':
      case 'operator':
      case undefined:
        return this.#options.fail(batch.flights, failure)
    }
  }

  /** Fails a group whose hunt has turned out hopeless since it was queued. */
  isHopeless(group: Group): boolean {
    if (!group.hunt.isHopeless) return false
    this.#options.fail(group.flights, group.hunt.failure)
    return true
  }

  #retry(batch: Batch, failure: Failure, attemptsMax: number): void {
    const { now, random, health, fail, kick } = this.#options
    const attempts = Math.max(...batch.flights.map((flight) => flight.attempts))
    const delayMs = random() * BACKOFF_MS * 2 ** attempts
    const backAtMs = now() + delayMs + health.roundTrip.meanMs
    const isWorth = (flight: Flight): boolean =>
      flight.attempts < attemptsMax && flight.isAwaited(backAtMs)
    const worth = batch.flights.filter(isWorth)
    const mayRetry =
      worth.length > 0 && health.refusal(now()) === undefined && this.#budget.take(now())
    fail(mayRetry ? batch.flights.filter((flight) => !isWorth(flight)) : batch.flights, failure)
    if (!mayRetry) return
    for (const flight of worth) flight.requeue()
    setTimeout(() => {
      this.#requeue({ ...batch, flights: worth })
      kick()
    }, delayMs)
  }

  /** Throttled users did not fail, they came too early; no attempt is spent. Nobody waits for a refresh: it is let go. */
  #backToTheFront(batch: Batch, failure: Failure): void {
    const { now, fail } = this.#options
    const awaited = batch.flights.filter((flight) => flight.isAwaited(now()))
    fail(
      batch.flights.filter((flight) => !awaited.includes(flight)),
      failure,
    )
    for (const flight of awaited) {
      flight.attempts -= 1
      flight.requeue()
      for (const waiter of flight.waiters) waiter.delayedBy = failure
    }
    this.#requeue({ ...batch, flights: awaited })
  }

  #divide(batch: Batch, failure: Failure): void {
    const { queue, fail, onCulprit } = this.#options
    const hunt = batch.hunt ?? new Hunt(failure, onCulprit)
    const groups = hunt.refused(batch.flights, failure)
    if (groups.length === 0) return fail(batch.flights, failure)
    // Tencent answered: it is a round of the hunt and no attempt. Each round makes the groups smaller, so the hunt ends without that limit.
    for (const flight of batch.flights) {
      flight.attempts -= 1
      flight.requeue()
    }
    queue.addGroups(groups)
  }

  #requeue({ flights, hunt }: Batch): void {
    const { queue, health, now, fail } = this.#options
    const refusal = health.refusal(now())
    if (refusal !== undefined) fail(flights, refusal)
    else if (hunt === undefined) queue.addDue(flights)
    else if (flights.length > 0) queue.addGroups([{ flights, hunt }])
  }
}
