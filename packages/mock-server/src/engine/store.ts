import { refuseMagic } from './magic-id.ts'
import { TagUsage } from './tag-usage.ts'

/** Users and their tags, as one gives them: a Map is needed only for ids such as `__proto__`. */
export type Users =
  | Readonly<Record<string, readonly string[]>>
  | ReadonlyMap<string, readonly string[]>

/**
 * A TagStore holds the tags of one app's users. A user in it without tags is known, and has none.
 */
export class TagStore {
  readonly #seed: ReadonlyMap<string, readonly string[]>
  #tagsOf = new Map<string, readonly string[]>()
  #usage = new TagUsage()

  /** Throws ReservedAccountError if there is a magic account among the users. */
  constructor(users: Users) {
    this.#seed = new Map(users instanceof Map ? users : Object.entries(users))
    for (const user of this.#seed.keys()) refuseMagic(user)
    this.reset()
  }

  /** Who has which tag. */
  get usage(): TagUsage {
    return this.#usage
  }

  /** Returns the user's tags, or undefined for an account that was never imported. */
  tagsOf(user: string): readonly string[] | undefined {
    return this.#tagsOf.get(user)
  }

  /**
   * Gives the user exactly these tags, with no regard to limits; a user not yet known becomes
   * known. Throws ReservedAccountError.
   */
  set(user: string, tags: readonly string[]): void {
    refuseMagic(user)
    this.#usage.change(user, this.#tagsOf.get(user) ?? [], tags)
    this.#tagsOf.set(user, [...tags])
  }

  /** Makes the account unknown; returns whether it was known. */
  delete(user: string): boolean {
    this.#usage.change(user, this.#tagsOf.get(user) ?? [], [])
    return this.#tagsOf.delete(user)
  }

  /** The known accounts, in the order in which they became known. */
  users(): readonly string[] {
    return [...this.#tagsOf.keys()]
  }

  /** Goes back to the users it was created with. */
  reset(): void {
    this.#tagsOf = new Map(this.#seed)
    this.#usage = new TagUsage()
    for (const [user, tags] of this.#seed) this.#usage.change(user, [], tags)
  }
}
