import { AppClock } from './app-clock.ts'
import type { Clock } from './clock.ts'
import type { Fault } from './faults.ts'
import { parseFault } from './faults.ts'
import { FaultRules } from './fault-rules.ts'
import { Journal } from './journal.ts'
import type { Latency } from './latency.ts'
import { MagicAccounts } from './magic-accounts.ts'
import { refuseMagic } from './magic-id.ts'
import type { Generator, Random } from './random.ts'
import { createRandom } from './random.ts'
import type { RateAlgorithm, RateLimiter } from './rate-limiter.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { Referee } from './referee.ts'
import type { SettingsChange } from './settings.ts'
import { changedSettings, writtenSettings } from './settings.ts'
import type { Snapshot } from './snapshot.ts'
import type { Users } from './store.ts'
import { TagStore } from './store.ts'

export const SDK_APP_ID_MAX: number = 2 ** 32 - 1

/** What a client needs to call as an app. */
export interface AppCredentials {
  /** SDKAppID: a positive integer of 32 bits. */
  readonly sdkAppId: number
  /** The key that signs, as text; never empty. */
  readonly secretKey: string
  /** The one identifier that may call, never empty; others get 90009. */
  readonly adminId: string
}

export interface AppSettings {
  /** Calls of one API in a second, or `off`. */
  readonly rate: number | 'off'
  /** What counts as a second. */
  readonly rateAlgorithm: RateAlgorithm
  /** How long every answer is held back. */
  readonly latency: Latency
  /**
   * What becomes of an account that is not known: `error-list` names it with 70107, `omit` says
   * nothing of it (as documents before 2025 do), `empty` takes it for a user without tags, who can
   * be given some; `random` draws one of the three for each call.
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
  /** The time that all apps share. */
  readonly clock: Clock
}

/**
 * An App is one SDKAppID with all that belongs to it: users, faults, settings, journal, statistics,
 * rate limits, random numbers and a clock. Apps share nothing, so tests that run at once use an app
 * each.
 */
export class App {
  readonly credentials: AppCredentials
  readonly users: TagStore
  readonly faults: FaultRules
  readonly magic: MagicAccounts = new MagicAccounts()
  readonly journal: Journal = new Journal()
  readonly clock: AppClock
  readonly random: Random
  readonly randomSeed: number
  readonly #start: AppStart
  #secretKeys: readonly string[]
  #settings: AppSettings
  #generator: Generator
  #referee = new Referee()
  #limiters = new Map<string, RateLimiter>()

  /** Throws RangeError for credentials that cannot be. */
  constructor(credentials: AppCredentials, start: AppStart) {
    refuseNonsense(credentials)
    this.credentials = credentials
    this.#secretKeys = [credentials.secretKey]
    this.#start = start
    this.#settings = start.settings
    this.clock = new AppClock(start.clock)
    this.randomSeed = start.randomSeed
    this.#generator = createRandom(start.randomSeed)
    this.random = () => this.#generator()
    this.users = new TagStore(start.users)
    this.faults = new FaultRules(start.faults, this.random)
  }

  get referee(): Referee {
    return this.#referee
  }

  get settings(): AppSettings {
    return this.#settings
  }

  /** The keys whose signatures are good; the first one signs. At the start that of the credentials alone. */
  get secretKeys(): readonly string[] {
    return this.#secretKeys
  }

  /** Rotates: signatures of these keys are good from the next call on, and no others; throws RangeError. */
  acceptKeys(secretKeys: readonly string[]): void {
    if (secretKeys.length === 0) throw new RangeError('secretKeys: expected at least one, got none')
    for (const secretKey of secretKeys) refuseNonsense({ ...this.credentials, secretKey })
    this.#secretKeys = [...secretKeys]
  }

  /** Changes some settings, from the next call on; throws RangeError. */
  changeSettings(change: SettingsChange): void {
    this.#settings = changedSettings(this.#settings, change)
  }

  /** Takes a place for a call of the API, or returns false if its rate has none left. */
  admit(path: string, nowMs: number): boolean {
    const { rate, rateAlgorithm } = this.settings
    if (rate === 'off') return true
    const key = `${rateAlgorithm} ${path}`
    const limiter = this.#limiters.get(key) ?? createRateLimiter(rateAlgorithm)
    this.#limiters.set(key, limiter)
    return limiter.admit(nowMs, rate)
  }

  /**
   * Goes back to the start: keys, users, faults, settings, journal, statistics, rate limits, random
   * numbers and clock.
   */
  reset(): void {
    this.#secretKeys = [this.credentials.secretKey]
    this.users.reset()
    this.faults.reset()
    this.magic.reset()
    this.journal.clear()
    this.clock.reset()
    this.#settings = this.#start.settings
    this.#generator = createRandom(this.randomSeed)
    this.#referee = new Referee()
    this.#limiters = new Map()
  }

  snapshot(): Snapshot {
    return {
      users: Object.fromEntries(this.users.entries()),
      faults: this.faults.save(),
      settings: writtenSettings(this.#settings),
      magicCalls: Object.fromEntries(this.magic.counts()),
      randomState: this.#generator.seed(),
      advancedMs: this.clock.advancedMs,
    }
  }

  /**
   * Becomes as it was when the snapshot was taken, or as another app was. Journal, statistics and
   * rate limits stay. Throws RangeError or a MockError, and then nothing has changed.
   */
  restore(snapshot: Snapshot): void {
    const settings = changedSettings(this.#settings, snapshot.settings)
    // Before the users are replaced: what can throw comes first.
    for (const { spec } of snapshot.faults) parseFault(spec)
    const users = new Map(Object.entries(snapshot.users))
    for (const user of users.keys()) refuseMagic(user)
    this.clock.reset(snapshot.advancedMs)
    this.users.reset(users)
    this.faults.restore(snapshot.faults)
    this.magic.reset(new Map(Object.entries(snapshot.magicCalls)))
    this.#settings = settings
    this.#generator = createRandom(snapshot.randomState)
  }
}

/** Reports whether there can be an app of this SDKAppID. */
export function isSdkAppId(id: number): boolean {
  return Number.isInteger(id) && id >= 1 && id <= SDK_APP_ID_MAX
}

function refuseNonsense({ sdkAppId, secretKey, adminId }: AppCredentials): void {
  if (!isSdkAppId(sdkAppId)) {
    throw new RangeError(`sdkAppId: expected 1 to ${SDK_APP_ID_MAX}, got ${sdkAppId}`)
  }
  if (secretKey === '') throw new RangeError('secretKey: expected some text, got none')
  if (adminId === '') throw new RangeError('adminId: expected some text, got none')
}
