/**
 * What became of one user in one request. Per-user outcomes are values: one bad user never throws for 99 good ones.
 */

/** Where an answer came from: the cache, this request's own fetch, or a fetch it joined. */
export type Source = 'fresh' | 'stale' | 'fetched' | 'coalesced'

/** The user's tags. `tagsJson` is a JSON array of strings, ready to be joined into an answer. */
export interface Known {
  readonly kind: 'known'
  readonly source: Source
  readonly tagsJson: string
  /** Monotonic milliseconds. */
  readonly fetchedAtMs: number
  /** Monotonic milliseconds; past it the answer is stale. */
  readonly freshUntilMs: number
  /** Monotonic milliseconds; past it a cached value is answered to nobody. */
  readonly usableUntilMs: number
}

/** What an answer from the cache needs of fresh tags. */
export type FreshTags = Pick<Known, 'tagsJson' | 'fetchedAtMs' | 'freshUntilMs'>

/** Tencent does not know this account (code 70107). Not the same as known without tags. */
interface Unknown {
  readonly kind: 'unknown'
  readonly source: Source
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

/** What Tencent said of a user, now or earlier. */
export type Answer = Known | Unknown

export interface Failed {
  readonly kind: 'failed'
  readonly failure: Failure
  /** Present when no call was made for the user. */
  readonly nothingSent?: true
}

export type Outcome = Answer | Failed

export type FailureCode =
  | 'upstream-unreachable'
  | 'upstream-invalid-reply'
  | 'upstream-error'
  | 'upstream-credentials'
  | 'upstream-unavailable'
  | 'upstream-throttled'
  | 'overloaded'
  | 'deadline-exceeded'
  | 'only-if-cached'
  | 'internal-error'

/** Why a user has no answer. The same object is shared by all users that failed for one reason. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
  /** Whether asking again may help without anyone changing anything. */
  readonly retryable: boolean
  /** Tencent's own code and text, where Tencent gave one. */
  readonly upstream?: { readonly code: number; readonly text: string }
  readonly retryAfterMs?: number
}

export const failed = (failure: Failure): Failed => ({ kind: 'failed', failure })

/** A failure of a user for whom no call was made. */
export const refused = (failure: Failure): Failed => ({
  kind: 'failed',
  failure,
  nothingSent: true,
})
