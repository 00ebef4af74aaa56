import { LRUCache } from 'lru-cache'

import type { Failure } from './outcome.ts'

/** How long a user that makes calls refused is not asked for again. */
const CULPRIT_MS = 60_000
/** A user whose fetch failed is left alone for a second, then two, then four, while there is an old value to answer with. */
const COOLING_MIN_MS = 1_000
const COOLING_MAX_MS = 4_000
const USERS_MAX = 10_000
const BOUND = { maxSize: USERS_MAX, sizeCalculation: (): number => 1 }

interface Culprit {
  readonly failure: Failure
  readonly untilMs: number
}

interface Cooling {
  readonly forMs: number
  readonly untilMs: number
}

/**
 * Trouble remembers, for a short time and for a bounded number, the users that Tencent made trouble for: those at fault for a refused call,
 * and those whose last fetch failed, so that not every read of a failing user is a fetch.
 */
export class Trouble {
  // As a size, because lru-cache would make room for a `max` at once: 2 ms and 0.4 MB at every start.
  readonly #culprits = new LRUCache<string, Culprit>(BOUND)
  readonly #cooling = new LRUCache<string, Cooling>(BOUND)

  blame(user: string, failure: Failure, now: number): void {
    this.#culprits.set(user, { failure, untilMs: now + CULPRIT_MS })
  }

  /** Returns why a user is not asked for at the moment. */
  culprit(user: string, now: number): Failure | undefined {
    const culprit = this.#culprits.get(user)
    return culprit !== undefined && now < culprit.untilMs ? culprit.failure : undefined
  }

  failed(user: string, now: number): void {
    const before = this.#cooling.get(user)
    const forMs = before === undefined ? COOLING_MIN_MS : Math.min(before.forMs * 2, COOLING_MAX_MS)
    this.#cooling.set(user, { forMs, untilMs: now + forMs })
  }

  /** Reports whether a failing user is to be left alone, as long as there is an old value for it. */
  isCooling(user: string, now: number): boolean {
    const cooling = this.#cooling.get(user)
    return cooling !== undefined && now < cooling.untilMs
  }

  /** The user was fetched, or forgotten by request: the past no longer counts. */
  forget(user: string): void {
    this.#cooling.delete(user)
    this.#culprits.delete(user)
  }

  clear(): void {
    this.#cooling.clear()
    this.#culprits.clear()
  }
}
