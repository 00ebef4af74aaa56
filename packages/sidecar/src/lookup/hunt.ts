import type { Flight } from './flights.ts'
import type { Failure } from './outcome.ts'

/** A refused batch is divided by this: one bad user in 100 is found in three rounds and at most 14 calls; by halves it takes seven. */
const PARTS = 4
/**
 * So many refusals without one success say that it is no user's fault: the batch, its four parts, and the four parts of one of them. Fewer
 * would give up on four bad users, one in each part.
 */
const HOPELESS_REFUSALS = 9

/** A group of users that travels alone, because one of them may be what makes a call refused. */
export interface Group {
  readonly flights: readonly Flight[]
  readonly hunt: Hunt
}

/** Told of a user that was refused alone while others of the same batch were not. */
type OnCulprit = (user: string, failure: Failure) => void

/**
 * Hunt finds the users for whose sake a whole call was refused, by asking again for ever smaller groups. It gives up when nothing
 * succeeds: then the fault is the call's own, and asking more only makes it worse.
 */
export class Hunt {
  /** What the first refusal said. */
  readonly failure: Failure
  readonly #onCulprit: OnCulprit
  /** Refused alone, while nothing had succeeded yet. */
  #suspects: (readonly [user: string, failure: Failure])[] = []
  #refusals = 0
  #hasSucceeded = false

  constructor(failure: Failure, onCulprit: OnCulprit) {
    this.failure = failure
    this.#onCulprit = onCulprit
  }

  /** Says that a group was answered: then it is a user's fault, and whoever was refused alone is at fault. */
  succeeded(): void {
    this.#hasSucceeded = true
    for (const [user, failure] of this.#suspects) this.#onCulprit(user, failure)
    this.#suspects = []
  }

  /** Says that a group was refused; returns the groups to ask for next, or none if the group is one user or the hunt hopeless. */
  refused(flights: readonly Flight[], failure: Failure): readonly Group[] {
    this.#refusals += 1
    const [first] = flights
    if (first !== undefined && flights.length === 1) this.#suspect(first.user, failure)
    if (flights.length === 1 || this.isHopeless) return []
    const size = Math.ceil(flights.length / PARTS)
    const groups: Group[] = []
    for (let start = 0; start < flights.length; start += size) {
      groups.push({ flights: flights.slice(start, start + size), hunt: this })
    }
    return groups
  }

  get isHopeless(): boolean {
    return !this.#hasSucceeded && this.#refusals >= HOPELESS_REFUSALS
  }

  #suspect(user: string, failure: Failure): void {
    if (this.#hasSucceeded) this.#onCulprit(user, failure)
    else this.#suspects.push([user, failure])
  }
}
