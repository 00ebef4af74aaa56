import type { Fault } from './faults.ts'
import { FaultRules } from './fault-rules.ts'
import { Journal } from './journal.ts'
import type { Latency } from './latency.ts'
import { MagicAccounts } from './magic-accounts.ts'
import type { Random } from './random.ts'
import { createRandom } from './random.ts'
import { RateWindow } from './rate-window.ts'
import { Referee } from './referee.ts'
import type { Users } from './store.ts'
import { TagStore } from './store.ts'

/** What a client needs to call as an app. */
export interface AppCredentials {
  /** SDKAppID: a positive integer. */
  readonly sdkAppId: number
  /** The key that signs, as text; never empty. */
  readonly secretKey: string
  /** The one identifier that may call; others get 90009. */
  readonly adminId: string
}

export interface AppSettings {
  /** Calls of one API in any trailing second, or `off`. */
  readonly rate: number | 'off'
  /** How long every answer is held back. */
  readonly latency: Latency
  /**
   * What becomes of an account that is not known: `error-list` names it with 70107, `omit` says
   * nothing of it (as documents before 2025 do), `empty` gives it no tags, `random` draws one of
   * the three for each call.
   */
  readonly unknownAccounts: 'error-list' | 'omit' | 'empty' | 'random'
  /**
   * `fixed`: where the documents leave an answer open, the fake has one of its own. `random`: it
   * draws one for each call; see `vary`.
   */
  readonly ambiguity: 'fixed' | 'random'
  /** `off`: identifier, usersig and contenttype are not looked at. */
  readonly signatureCheck: 'on' | 'off'
}

/** How an app is at the start, and again after a reset. */
export interface AppStart {
  readonly users: Users
  readonly faults: readonly Fault[]
  readonly settings: AppSettings
  readonly randomSeed: number
}

/**
 * An App is one SDKAppID with all that belongs to it: users, faults, journal, statistics, rate
 * windows and random numbers. Apps share nothing, so tests that run at once use an app each.
 */
export class App {
  readonly credentials: AppCredentials
  readonly users: TagStore
  readonly faults: FaultRules
  readonly magic: MagicAccounts = new MagicAccounts()
  readonly journal: Journal = new Journal()
  readonly settings: AppSettings
  readonly random: Random
  readonly randomSeed: number
  #generator: Random
  #referee = new Referee()
  #windows = new Map<string, RateWindow>()

  constructor(credentials: AppCredentials, start: AppStart) {
    this.credentials = credentials
    this.randomSeed = start.randomSeed
    this.#generator = createRandom(start.randomSeed)
    this.random = () => this.#generator()
    this.users = new TagStore(start.users)
    this.faults = new FaultRules(start.faults, this.random)
    this.settings = start.settings
  }

  get referee(): Referee {
    return this.#referee
  }

  /** Takes a place in the API's rate window, or returns false if there is none. */
  admit(path: string, nowMs: number): boolean {
    if (this.settings.rate === 'off') return true
    const window = this.#windows.get(path) ?? new RateWindow()
    this.#windows.set(path, window)
    return window.admit(nowMs, this.settings.rate)
  }

  /**
   * Goes back to the start: users, faults, journal, statistics, rate windows and random numbers.
   */
  reset(): void {
    this.users.reset()
    this.faults.reset()
    this.magic.reset()
    this.journal.clear()
    this.#generator = createRandom(this.randomSeed)
    this.#referee = new Referee()
    this.#windows = new Map()
  }
}
