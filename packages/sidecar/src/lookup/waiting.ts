import { type Answer, type Failure, failed, type Outcome, refused } from './outcome.ts'

/** A waiter is one place in one request's answer that a flight will fill. */
export interface Waiter {
  readonly request: Waiting
  readonly index: number
  /** Whether it joined a flight that another request had started. */
  readonly coalesced: boolean
  /** What the cache has, answered when the fetch fails or is late; absent if nothing cached may serve. */
  readonly fallback: Answer | undefined
  /** What held the fetch up, where that is known: told at the deadline, because it says more than "late". */
  delayedBy?: Failure
}

const LATE: Failure = {
  code: 'deadline-exceeded',
  message:
    'the deadline passed before Tencent answered; ask again, or allow more time with X-Request-Timeout-Ms',
  retryable: true,
}

const TOO_OLD: Failure = {
  code: 'deadline-exceeded',
  message: 'the cached value grew too old while the request waited for other users; ask again',
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
  #patience: NodeJS.Timeout | undefined
  #isPatient = true
  #openWithoutFallback = 0
  #over = false
  #callerHasLeft = false

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
    if (waiter.fallback === undefined) this.#openWithoutFallback += 1
    return waiter
  }

  /** Fills a place for which no call is made at once with a failure, or with its fallback. */
  refuse(place: Pick<Waiter, 'index' | 'fallback'>, failure: Failure): void {
    this.#outcomes[place.index] = this.#fallbackOr(place.fallback, refused(failure))
  }

  /**
   * Starts the clock, once every place is seated or refused; returns the outcomes to come. After `patienceMs` it is enough that
   * every place still open has a fallback.
   */
  begin(
    now: number,
    patienceMs: number,
    callerLeft: AbortSignal | undefined,
  ): Promise<readonly Outcome[]> {
    const leftMs = Math.max(0, this.deadlineMs - now)
    this.#timer = setTimeout(() => this.#end(), leftMs)
    const hasFallback = this.#open.size > this.#openWithoutFallback
    if (hasFallback && patienceMs < leftMs) {
      this.#patience = setTimeout(() => this.#losePatience(), patienceMs)
    }
    if (callerLeft?.aborted === true) this.#left()
    else if (this.#open.size === 0) this.#end()
    else callerLeft?.addEventListener('abort', () => this.#left(), { once: true })
    return this.#done.promise
  }

  settle(waiter: Waiter, result: Outcome): void {
    if (this.#over || !this.#open.delete(waiter)) return
    if (waiter.fallback === undefined) this.#openWithoutFallback -= 1
    this.#outcomes[waiter.index] = this.#told(waiter, result)
    this.#endIfAnswered()
  }

  #told({ fallback, coalesced }: Waiter, result: Outcome): Outcome {
    if (result.kind === 'failed') return this.#fallbackOr(fallback, result)
    return coalesced ? { ...result, source: 'coalesced' } : result
  }

  /** Whether it ended because the caller left. */
  get callerHasLeft(): boolean {
    return this.#callerHasLeft
  }

  #left(): void {
    if (this.#over) return
    this.#callerHasLeft = true
    this.#end()
  }

  #losePatience(): void {
    this.#isPatient = false
    this.#endIfAnswered()
  }

  #endIfAnswered(): void {
    const isEnough =
      !this.#isPatient && this.#openWithoutFallback === 0 && this.#areFallbacksUsable()
    if (this.#open.size === 0 || isEnough) this.#end()
  }

  #areFallbacksUsable(): boolean {
    const now = this.#now()
    return [...this.#open].every(
      ({ fallback }) => fallback !== undefined && !isTooOld(fallback, now),
    )
  }

  #fallbackOr(fallback: Answer | undefined, failure: Outcome): Outcome {
    return fallback === undefined || isTooOld(fallback, this.#now()) ? failure : fallback
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    clearTimeout(this.#patience)
    for (const { index, fallback, delayedBy } of this.#open)
      this.#outcomes[index] = this.#fallbackOr(fallback, failed(delayedBy ?? LATE))
    const now = this.#now()
    this.#done.resolve(
      this.#outcomes.map((outcome) => agedWhileWaiting(outcome ?? failed(LATE), now)),
    )
  }
}

/**
 * What was read from the cache when the request came may have aged while it waited for other users: then it is stale by now, or
 * too old to be answered at all.
 */
function agedWhileWaiting(outcome: Outcome, now: number): Outcome {
  if (outcome.kind !== 'known' || (outcome.source !== 'fresh' && outcome.source !== 'stale'))
    return outcome
  if (isTooOld(outcome, now)) return failed(TOO_OLD)
  return outcome.source === 'fresh' && now >= outcome.freshUntilMs
    ? { ...outcome, source: 'stale' }
    : outcome
}

function isTooOld(answer: Answer, now: number): boolean {
  return answer.kind === 'known' && now > answer.usableUntilMs
}
