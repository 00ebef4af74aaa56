import { isDeepStrictEqual } from 'node:util'

import { describeErrorCode } from './error-codes.ts'
import { InvalidReplyError } from './errors.ts'

/** A UserError says why there are no tags of one user, although the call as a whole succeeded. */
export interface UserError {
  /** Tencent's code (70107: unknown account), or 91000 where the failure was found here. */
  readonly code: number
  /** Tencent's `ErrorInfo`, or what its code means; starts with `tagside:` if found here. */
  readonly message: string
  /**
   * `refused`: Tencent lists the user in `ErrorList`. Found here, as nothing in the reply can be
   * taken for the user's tags: `missing`, there is no entry; `contradictory`, there are two that
   * differ; `malformed`, there is one of the wrong shape.
   */
  readonly reason: 'refused' | 'missing' | 'contradictory' | 'malformed'
}

/** A TagReply has every user that was asked for in exactly one of its two maps. */
export interface TagReply {
  /** In the order of asking. A user without tags has an empty list. */
  readonly tags: ReadonlyMap<string, readonly string[]>
  readonly errors: ReadonlyMap<string, UserError>
}

/** An Envelope is a reply as a whole: the call refused, or answered for each user. */
export type Envelope =
  | { readonly kind: 'refused'; readonly errorCode: number; readonly errorInfo: string }
  | { readonly kind: 'answered'; readonly reply: TagReply }

type Outcome = readonly string[] | UserError

/** Tencent's internal error: own findings about a reply are as passing as that one is. */
const OWN_ERROR_CODE = 91000
const missing = ownError('missing', 'the reply has no entry for this user')
const contradictory = ownError('contradictory', 'the reply has entries that differ for this user')
const malformed = ownError('malformed', 'the reply has a malformed entry for this user')

/**
 * Returns what the body of a reply says about `users`, which are distinct (Tencent document
 * 1047/60567). `ErrorCode` is the authority on the whole. Entries are matched by id, byte for byte,
 * and never by position; ids nobody asked for are ignored. Every text that is kept goes through
 * `clean`. Throws an InvalidReplyError for a body that cannot be relied on.
 */
export function readEnvelope(
  body: string,
  users: readonly string[],
  clean: (text: string) => string,
): Envelope {
  const envelope = parsed(body)
  if (!isRecord(envelope)) throw new InvalidReplyError('the body is not a JSON object')

  const errorCode = envelope['ErrorCode']
  if (!isInteger(errorCode)) throw new InvalidReplyError('ErrorCode is absent or not an integer')
  if (errorCode !== 0) {
    return { kind: 'refused', errorCode, errorInfo: cleanText(envelope['ErrorInfo'], clean) }
  }
  if (envelope['ActionStatus'] === 'FAIL') {
    throw new InvalidReplyError('ActionStatus is FAIL, yet ErrorCode is 0')
  }

  const found = outcomesOf(entriesIn(envelope, 'UserTags'), tagsOf)
  const refused = outcomesOf(entriesIn(envelope, 'ErrorList'), (entry) => refusalOf(entry, clean))
  return { kind: 'answered', reply: settled(users, found, refused) }
}

/** Returns one outcome for each user that has entries in the list, asked for or not. */
function outcomesOf(
  list: readonly unknown[],
  read: (entry: Record<string, unknown>) => Outcome,
): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>()
  for (const entry of list) {
    if (!isRecord(entry)) continue
    const user = entry['To_Account']
    if (typeof user === 'string') outcomes.set(user, merged(outcomes.get(user), read(entry)))
  }
  return outcomes
}

/** Merges repeated entries so that their order makes no difference. */
function merged(before: Outcome | undefined, now: Outcome): Outcome {
  if (before === undefined || now === malformed) return now
  if (before === malformed || agree(before, now)) return before
  return contradictory
}

function agree(a: Outcome, b: Outcome): boolean {
  if ('reason' in a) return 'reason' in b && a.reason === b.reason && a.code === b.code
  return isDeepStrictEqual(a, b)
}

function tagsOf(entry: Record<string, unknown>): Outcome {
  const tags = entry['Tags'] ?? []
  return isStrings(tags) ? tags : malformed
}

function refusalOf(entry: Record<string, unknown>, clean: (text: string) => string): Outcome {
  const code = entry['ErrorCode']
  if (!isInteger(code) || code === 0) return malformed
  const message = cleanText(entry['ErrorInfo'], clean) || describeErrorCode(code).meaning
  return { code, message, reason: 'refused' }
}

/** Users in both lists are refused: better no tags than tags that Tencent warns of. */
function settled(
  users: readonly string[],
  found: ReadonlyMap<string, Outcome>,
  refused: ReadonlyMap<string, Outcome>,
): TagReply {
  const tags = new Map<string, readonly string[]>()
  const errors = new Map<string, UserError>()
  for (const user of users) {
    const outcome = refused.get(user) ?? found.get(user) ?? missing
    if ('reason' in outcome) errors.set(user, outcome)
    else tags.set(user, outcome)
  }
  return { tags, errors }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // The SyntaxError is not kept as the cause: it quotes the body.
    throw new InvalidReplyError(body === '' ? 'the body is empty' : 'the body is not JSON')
  }
}

function entriesIn(envelope: Record<string, unknown>, name: string): readonly unknown[] {
  const list = envelope[name] ?? []
  if (!isArray(list)) throw new InvalidReplyError(`${name} is not an array`)
  return list
}

function cleanText(text: unknown, clean: (text: string) => string): string {
  return typeof text === 'string' ? clean(text) : ''
}

function ownError(reason: UserError['reason'], finding: string): UserError {
  return { code: OWN_ERROR_CODE, message: `tagside: ${finding}`, reason }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isStrings(value: unknown): value is readonly string[] {
  return isArray(value) && value.every((item) => typeof item === 'string')
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
