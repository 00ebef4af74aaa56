import type { Flight } from './flights.ts'
import type { Failure } from './outcome.ts'

/** A refused batch is divided by this: one bad user in 100 is found in three rounds and at most 14 calls; by halves it takes seven. */
const PARTS = 4
/** So many refusals without one success say that it is no user's fault. */
const HOPELESS_REFUSALS = 5

/** A group of users that travels alone, because one of them may be what makes a call refused. */
export interface Group {
  readonly flights: readonly Flight[]
  readonly hunt: Hunt
}

/**
 * Hunt finds the users for whose sake a whole call was refused, by asking again for ever smaller groups. It gives up when nothing
 * succeeds: then the fault is the call's own, and asking more only makes it worse.
 */
export class Hunt {
  /** What the first refusal said. */
  readonly failure: Failure
  #refusals = 0
  #hasSucceeded = false

  constructor(failure: Failure) {
    this.failure = failure
  }

  succeeded(): void {
    this.#hasSucceeded = true
  }

  /** Says that a group was refused; returns the groups to ask for next, or none if the group is one user or the hunt hopeless. */
  refused(flights: readonly Flight[]): readonly Group[] {
    this.#refusals += 1
    if (flights.length === 1 || this.isHopeless) return []
    const size = Math.ceil(flights.length / PARTS)
    const groups: Group[] = []
    for (let first = 0; first < flights.length; first += size) {
      groups.push({ flights: flights.slice(first, first + size), hunt: this })
    }
    return groups
  }

  get isHopeless(): boolean {
    return !this.#hasSucceeded && this.#refusals >= HOPELESS_REFUSALS
  }

  /** Reports whether a user that was refused alone is at fault: others of the same batch were not. */
  get hasEvidence(): boolean {
    return this.#hasSucceeded
  }
}
