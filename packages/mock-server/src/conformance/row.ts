import type { UserSigVariant } from '../engine/issue-usersig.ts'
import type { Expectation } from './expectation.ts'

/**
 * A Row is one fact about Tencent's calls: where it is from, a call that shows it, and what the
 * answer has to be. Every call is made as the admin of one app, in which the users of
 * `conformanceUsers` exist and no others.
 */
export interface Row {
  /** What the fact is about and which it is, e.g. `get_tag.all-unknown`; stays the same. */
  readonly id: string
  /** A sentence in the present tense. */
  readonly fact: string
  readonly confidence: Confidence
  /** Tencent's document and the place in it, or where else it was seen. */
  readonly source: string
  /** Calls that come first; what they are answered is not looked at. Default: none. */
  readonly before?: readonly CallSpec[]
  readonly call: CallSpec
  readonly expected: Expectation
  /** Whether the row may be tried on the real service: only if it reads, and does no harm. */
  readonly live: Verdict
  /** Whether the row holds for a sidecar that stands in front. */
  readonly dropIn: Verdict
}

/** Yes, or why not. */
export type Verdict = 'yes' | `no: ${string}`

/**
 * How sure a row is: `doc` a document says so, `sample` a published sample or reply shows it,
 * `assumed` neither does, `live@…` the real service was asked on that day.
 */
export type Confidence = 'doc' | 'sample' | 'assumed' | `live@${number}-${number}-${number}`

/** What differs from a call that is in order. */
export interface CallSpec {
  /** Default POST. */
  readonly method?: 'POST' | 'GET'
  readonly path: string
  readonly body: { readonly json: unknown } | { readonly text: string }
  /** Parameters in place of the usual ones; undefined leaves one out. */
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Default `valid`, for the `identifier` of the query. */
  readonly userSig?: UserSigVariant
}
