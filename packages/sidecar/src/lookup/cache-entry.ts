/** What is known of a user, read at one moment. */
export interface KnownEntry {
  readonly kind: 'known'
  /** The tags as they are kept; `TagCache.answer` tells them. */
  readonly text: string
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

/** A known user's entry with the room it is kept in, which is the user's until the cache is written to. */
export interface KeptEntry extends KnownEntry {
  readonly room: number
}

/** The belief that Tencent does not know an account. */
export interface UnknownEntry {
  readonly kind: 'unknown'
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

export type CacheEntry = KnownEntry | UnknownEntry
