import { TrailingSecond } from './rate-window.ts'

/** What a client did to one app since the start or the last reset. */
export interface RefereeStats {
  /** Calls that arrived, whatever the answer was. */
  readonly calls: number
  /** The most calls of one API that arrived within any trailing second, refused ones included. */
  readonly maxCallsInAnySecond: number
  /** The most accounts in one call, as sent. */
  readonly largestBatch: number
  /** Accounts that repeat another of the same call, over all calls; 0 when no call asked twice. */
  readonly duplicateUsersInACall: number
  /** Calls refused for their UserSig: 70001, 70003, 70009, 70013, 70014. */
  readonly badSignatures: number
  /** Accounts in all calls, as sent. */
  readonly usersAsked: number
}

/** A Referee watches how a client treats the API, and takes no part in the answers. */
export class Referee {
  readonly #arrivals = new Map<string, TrailingSecond>()
  #calls = 0
  #maxCallsInAnySecond = 0
  #largestBatch = 0
  #duplicateUsers = 0
  #badSignatures = 0
  #usersAsked = 0

  get stats(): RefereeStats {
    return {
      calls: this.#calls,
      maxCallsInAnySecond: this.#maxCallsInAnySecond,
      largestBatch: this.#largestBatch,
      duplicateUsersInACall: this.#duplicateUsers,
      badSignatures: this.#badSignatures,
      usersAsked: this.#usersAsked,
    }
  }

  callArrived(api: string, nowMs: number): void {
    const arrivals = this.#arrivals.get(api) ?? new TrailingSecond()
    this.#arrivals.set(api, arrivals)
    arrivals.add(nowMs)
    this.#calls += 1
    this.#maxCallsInAnySecond = Math.max(this.#maxCallsInAnySecond, arrivals.count(nowMs))
  }

  accountsArrived(accounts: readonly string[]): void {
    this.#usersAsked += accounts.length
    this.#largestBatch = Math.max(this.#largestBatch, accounts.length)
    this.#duplicateUsers += accounts.length - new Set(accounts).size
  }

  signatureRefused(): void {
    this.#badSignatures += 1
  }
}
