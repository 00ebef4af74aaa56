import { type Failure, failed, type Known, type Outcome, type Unknown } from './outcome.ts'

/** What a flight tells those who wait for it; each waiter adds how it came by the answer. */
export type FlightResult = Omit<Known, 'source'> | Omit<Unknown, 'source'> | Failure

/** What the cache has for a user, kept in case the fetch fails or is late. */
export interface Fallback {
  readonly known: Known
  /** Not answered past this moment, however long the request waits. */
  readonly usableUntilMs: number
}

/** A waiter is one place in one request's answer that a flight will fill. */
export interface Waiter {
  readonly request: Waiting
  readonly index: number
  /** Whether it joined a flight that another request had started. */
  readonly coalesced: boolean
  /** Absent if nothing cached may serve. */
  readonly fallback: Fallback | undefined
}

const LATE: Failure = {
  code: 'deadline-exceeded',
  message:
    'the deadline passed before Tencent answered; ask again, or allow more time with X-Request-Timeout-Ms',
  retryable: true,
}

/**
 * Waiting is one request's wait for the users that were not in the cache: one promise and one timer, however
 * many users. It ends when every place is filled, at the deadline, or when the caller leaves, whichever is first; it
 * never cancels a flight, because others may wait for the same one.
 */
export class Waiting {
  readonly deadlineMs: number
  readonly #now: () => number
  readonly #outcomes: (Outcome | undefined)[]
  readonly #open = new Set<Waiter>()
  readonly #done = Promise.withResolvers<readonly Outcome[]>()
  #timer: NodeJS.Timeout | undefined
  #over = false

  /** `outcomes` holds what is known already; the places still undefined are to be filled. */
  constructor(outcomes: (Outcome | undefined)[], deadlineMs: number, now: () => number) {
    this.#outcomes = outcomes
    this.deadlineMs = deadlineMs
    this.#now = now
  }

  isLive(now: number): boolean {
    return !this.#over && now < this.deadlineMs
  }

  /** Gives a flight a place to fill. */
  seat(place: Omit<Waiter, 'request'>): Waiter {
    const waiter = { ...place, request: this }
    this.#open.add(waiter)
    return waiter
  }

  /** Fills a place at once with a failure, or with its fallback. */
  refuse(place: Pick<Waiter, 'index' | 'fallback'>, failure: Failure): void {
    this.#outcomes[place.index] = fallbackOr(place.fallback, failure, this.#now())
  }

  /** Starts the clock, once every place is seated or refused; returns the outcomes to come. */
  begin(now: number, callerLeft: AbortSignal | undefined): Promise<readonly Outcome[]> {
    this.#timer = setTimeout(() => this.#end(), Math.max(0, this.deadlineMs - now))
    if (this.#open.size === 0 || callerLeft?.aborted === true) this.#end()
    else callerLeft?.addEventListener('abort', () => this.#end(), { once: true })
    return this.#done.promise
  }

  settle(waiter: Waiter, result: FlightResult): void {
    if (this.#over || !this.#open.delete(waiter)) return
    this.#outcomes[waiter.index] =
      'code' in result
        ? fallbackOr(waiter.fallback, result, this.#now())
        : { ...result, source: waiter.coalesced ? 'coalesced' : 'fetched' }
    if (this.#open.size === 0) this.#end()
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    for (const waiter of this.#open) this.refuse(waiter, LATE)
    this.#open.clear()
    this.#done.resolve(this.#outcomes.map((outcome) => outcome ?? failed(LATE)))
  }
}

function fallbackOr(fallback: Fallback | undefined, failure: Failure, now: number): Outcome {
  if (fallback === undefined || now > fallback.usableUntilMs) return failed(failure)
  return fallback.known
}
