import type { AccountType } from './account-type.ts'
import { accountTypeOf } from './account-type.ts'
import type { Holders, TagUsage } from './tag-usage.ts'

/** Tags of one account. */
const ACCOUNT_TAGS_MAX = 100
/** Different tags of an app, over all its accounts. */
const APP_TAGS_MAX = 1000

/** Why an account cannot have tags: too many of them, or one that accounts of the other type have. */
export type TagRefusal = 90032 | 90035

/**
 * Returns why an account that has the tags `before` cannot have those of `after`, or undefined if
 * it can. Only tags that it does not have yet are looked at, so an account that was given more than
 * the limits allow can still lose some.
 *
 * The limits, and 90035, are of document 1047/60568. The document has no code for the two limits;
 * 90032, too many tags, is the nearest.
 */
export function refuseTags(
  usage: TagUsage,
  account: string,
  before: readonly string[],
  after: readonly string[],
): TagRefusal | undefined {
  const had = new Set(before)
  const added = after.filter((tag) => !had.has(tag))
  if (added.length === 0) return undefined
  const otherType = otherThan(accountTypeOf(account))
  if (added.some((tag) => usage.holdersOf(tag)[otherType] > 0)) return 90035
  if (after.length > ACCOUNT_TAGS_MAX) return 90032

  const begun = added.filter((tag) => total(usage.holdersOf(tag)) === 0).length
  if (begun === 0) return undefined
  const kept = new Set(after)
  const ended = [...had].filter((tag) => !kept.has(tag) && total(usage.holdersOf(tag)) === 1).length
  return usage.distinctTags + begun - ended > APP_TAGS_MAX ? 90032 : undefined
}

function otherThan(type: AccountType): AccountType {
  return type === 'user-id' ? 'registration-id' : 'user-id'
}

function total(holders: Holders): number {
  return holders['user-id'] + holders['registration-id']
}
