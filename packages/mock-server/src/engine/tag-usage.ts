import type { AccountType } from './account-type.ts'
import { accountTypeOf } from './account-type.ts'

/** How many accounts of each type have a tag. */
export type Holders = Readonly<Record<AccountType, number>>

const nobody: Holders = { 'user-id': 0, 'registration-id': 0 }

/** A TagUsage counts, for one app, who has which tag. A tag is in use while an account has it. */
export class TagUsage {
  readonly #holders = new Map<string, Holders>()

  /** The number of different tags in use. */
  get distinctTags(): number {
    return this.#holders.size
  }

  /** Returns how many accounts have the tag. */
  holdersOf(tag: string): Holders {
    return this.#holders.get(tag) ?? nobody
  }

  /** Counts that an account, which had the tags `before`, now has the tags `after`. */
  change(account: string, before: readonly string[], after: readonly string[]): void {
    const type = accountTypeOf(account)
    for (const tag of new Set(before)) this.#count(tag, type, -1)
    for (const tag of new Set(after)) this.#count(tag, type, 1)
  }

  #count(tag: string, type: AccountType, by: 1 | -1): void {
    const holders = this.holdersOf(tag)
    const counted = { ...holders, [type]: holders[type] + by }
    if (counted['user-id'] + counted['registration-id'] === 0) this.#holders.delete(tag)
    else this.#holders.set(tag, counted)
  }
}
