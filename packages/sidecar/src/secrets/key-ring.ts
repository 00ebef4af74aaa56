import { RefusedError, type Secret, type TagReply } from '@tagside/core'

import type { LoadBatch } from '../lookup/upstream.ts'
import type { Offer, SecretRing, Verdict } from './secret-change.ts'

/** The app is locked out after too many bad UserSigs: it says nothing of the key, and a call more makes it longer. */
const LOCKED_OUT = 70050
/** A key that the file names again is not tried again before: two writers that take turns would lock the app out. */
const REFUSAL_BELIEVED_MS = 60_000
/** The key on trial, the one in use, and once more the one on trial: Tencent may change between the first two. */
const CALLS_MAX = 3

/** A key with what makes calls that are signed with it. */
interface Key {
  readonly secret: Secret
  readonly load: LoadBatch
  /** When Tencent last refused it; absent = it did not, or accepted it since. */
  refusedAtMs?: number | undefined
  /** When the last call began that was refused, and the last one that was answered. */
  badSinceMs: number
  goodSinceMs: number
  isRefusalTold: boolean
}

export interface KeyRingOptions {
  readonly secretKey: Secret
  /** Returns what makes calls that are signed with a key. */
  readonly loadWith: (secretKey: Secret) => LoadBatch
  /** Takes room in the call budget for a repeat. */
  readonly takeExtraCall: () => Promise<void>
  /** Has the file looked at now: whether it brings a new key that is not known yet. Called when no known key helps. */
  readonly lookForNew: () => Promise<void>
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Told once of each new key. */
  readonly onVerdict: (verdict: Verdict) => void
}

/**
 * KeyRing makes upstream calls with the secret key in use and, after a reload, with the new one on trial. Whether the file or Tencent is the
 * first to change, no call fails as long as either key works:
 *
 * - One call at a time is made with the key on trial; those beside it have the key in use. Accepted, it is the key in use.
 * - Refused, its call is repeated at once with the key in use, and the key on trial is left alone, so that it costs one call and not one of each
 *   two: bad UserSigs lock an app out (70050).
 * - When the key in use is refused, the file is looked at, and its call repeated with the key on trial. Calls that are refused meanwhile wait for
 *   that.
 * - When both are refused, calls have the one that was refused longer ago, without repeats. The credentials breaker lets one a minute through.
 *
 * Repeats have their room in the call budget.
 */
export class KeyRing implements SecretRing {
  readonly #options: KeyRingOptions
  #inUse: Key
  #onTrial: Key | undefined
  /** The key that was on trial before this one. */
  #before: Key | undefined
  /** Present while a call is made with the key on trial; resolves when that is over. */
  #trying: Promise<void> | undefined

  constructor(options: KeyRingOptions) {
    this.#options = options
    this.#inUse = this.#keyOf(options.secretKey)
  }

  get isOnTrial(): boolean {
    return this.#onTrial !== undefined
  }

  offer(secret: Secret): Offer {
    const isSame = (key: Key | undefined): key is Key => key?.secret.reveal() === secret.reveal()
    const believedSinceMs = this.#options.now() - REFUSAL_BELIEVED_MS
    const { refusedAtMs = -Infinity } = this.#before ?? {}
    const known = isSame(this.#before) && refusedAtMs > believedSinceMs ? this.#before : undefined
    if (this.#onTrial !== undefined) this.#before = this.#onTrial
    this.#onTrial = isSame(this.#inUse) ? undefined : (known ?? this.#keyOf(secret))
    if (this.#onTrial === undefined) return 'in-use'
    return known === undefined ? 'on-trial' : 'refused-before'
  }

  /** Makes one call as {@link LoadBatch} says; more where another key may help. */
  async load(users: readonly string[]): Promise<TagReply> {
    let key = this.#first()
    for (let calls = 1; ; calls += 1) {
      try {
        return await this.#call(key, users, calls > 1)
      } catch (error) {
        if (calls === CALLS_MAX || !isAboutKey(error)) throw error
        if (this.#another() === undefined) await this.#options.lookForNew()
        // Somebody else's try of the key on trial tells soon. If it is silent about the key, one of those who waited tries next.
        if (this.#isTaken(this.#another())) await this.#trying
        const another = this.#another()
        // No await from here to the call, else two would try the key on trial.
        if (another === undefined || this.#isTaken(another)) throw error
        key = another
      }
    }
  }

  #first(): Key {
    const [inUse, trial] = [this.#inUse, this.#onTrial]
    if (trial === undefined || this.#trying !== undefined) return inUse
    if (trial.refusedAtMs === undefined) return trial
    return trial.refusedAtMs < (inUse.refusedAtMs ?? -Infinity) ? trial : inUse
  }

  /** Returns the key to repeat a refused call with. */
  #another(): Key | undefined {
    const [inUse, trial] = [this.#inUse, this.#onTrial]
    if (inUse.refusedAtMs === undefined) return inUse
    if (trial === undefined || trial.refusedAtMs === undefined) return trial
    // The key in use was good after this one had been refused: what changed since may be good for this one.
    return inUse.goodSinceMs > trial.badSinceMs ? trial : undefined
  }

  #isTaken(key: Key | undefined): boolean {
    return key !== undefined && key === this.#onTrial && this.#trying !== undefined
  }

  async #call(key: Key, users: readonly string[], isRepeat: boolean): Promise<TagReply> {
    const turn = key === this.#onTrial ? Promise.withResolvers<void>() : undefined
    if (turn !== undefined) this.#trying = turn.promise
    try {
      if (isRepeat) await this.#options.takeExtraCall()
      return await this.#judgedCall(key, users)
    } finally {
      if (turn !== undefined) this.#trying = undefined
      turn?.resolve()
    }
  }

  async #judgedCall(key: Key, users: readonly string[]): Promise<TagReply> {
    const startedAtMs = this.#options.now()
    try {
      const reply = await key.load(users)
      this.#accepted(key, startedAtMs)
      return reply
    } catch (error) {
      if (isAboutKey(error)) this.#refused(key, startedAtMs, error)
      throw error
    }
  }

  #accepted(key: Key, startedAtMs: number): void {
    key.goodSinceMs = Math.max(key.goodSinceMs, startedAtMs)
    // What began before a refusal is no news after it.
    if (startedAtMs > (key.refusedAtMs ?? -Infinity)) key.refusedAtMs = undefined
    if (key !== this.#onTrial) return
    this.#inUse = key
    this.#onTrial = undefined
    this.#before = undefined
    this.#options.onVerdict({ kind: 'accepted' })
  }

  #refused(key: Key, startedAtMs: number, { errorCode }: RefusedError): void {
    key.badSinceMs = startedAtMs
    key.refusedAtMs = this.#options.now()
    if (key !== this.#onTrial || key.isRefusalTold) return
    key.isRefusalTold = true
    this.#options.onVerdict({ kind: 'refused', upstreamCode: errorCode })
  }

  #keyOf(secret: Secret): Key {
    const load = this.#options.loadWith(secret)
    return { secret, load, badSinceMs: -Infinity, goodSinceMs: -Infinity, isRefusalTold: false }
  }
}

/**
 * Reports whether the call might fare better under another key. Not only the codes that name the key (70003, 70009): what Tencent answers is
 * not sure, and not to ask again would make users fail that another key could serve.
 */
function isAboutKey(error: unknown): error is RefusedError {
  return (
    error instanceof RefusedError &&
    error.failureClass === 'credentials' &&
    error.errorCode !== LOCKED_OUT
  )
}
