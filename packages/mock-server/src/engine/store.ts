import { refuseMagic } from './magic-id.ts'
import { TagUsage } from './tag-usage.ts'

/** Users and their tags, as one gives them: a Map is needed only for ids such as `__proto__`. */
export type Users =
  | Readonly<Record<string, readonly string[]>>
  | ReadonlyMap<string, readonly string[]>

/** Users as a Map of their own, whichever way they were given: who changes what was given changes no user. */
export function usersOf(users: Users): ReadonlyMap<string, readonly string[]> {
  const entries: Iterable<readonly [string, readonly string[]]> =
    users instanceof Map ? users : Object.entries(users)
  return new Map(Array.from(entries, ([user, tags]) => [user, [...tags]]))
}

/**
 * A TagStore holds the tags of one app's users. A user in it without tags is known, and has none.
 */
export class TagStore {
  readonly #seed: ReadonlyMap<string, readonly string[]>
  #tagsOf = new Map<string, readonly string[]>()
  #usage = new TagUsage()

  /** Throws ReservedAccountError if there is a magic account among the users. */
  constructor(users: Users) {
    this.#seed = usersOf(users)
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

  /**
   * Gives each of these users exactly these tags; others keep theirs. Throws ReservedAccountError,
   * and then nothing has changed.
   */
  add(users: ReadonlyMap<string, readonly string[]>): void {
    for (const user of users.keys()) refuseMagic(user)
    for (const [user, tags] of users) this.set(user, tags)
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

  /** The known accounts and their tags. */
  entries(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#tagsOf)
  }

  /**
   * Has these users and no others; by default those it was created with. Throws
   * ReservedAccountError, and then nothing has changed.
   */
  reset(users: ReadonlyMap<string, readonly string[]> = this.#seed): void {
    for (const user of users.keys()) refuseMagic(user)
    this.#tagsOf = new Map(usersOf(users))
    this.#usage = new TagUsage()
    for (const [user, tags] of users) this.#usage.change(user, [], tags)
  }
}
