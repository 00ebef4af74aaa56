/** What is known of a user. */
interface KnownEntry {
  readonly kind: 'known'
  /** A JSON array of strings. */
  readonly tagsJson: string
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

/** As fetched, to be stored. */
export interface FetchedEntry extends KnownEntry {
  /** The tags as `TagTexts` keeps them. */
  readonly text: string
}

/** As stored, read at one moment. */
export interface KeptEntry extends KnownEntry {
  /** Where it is kept: the user's own until the cache is written to. */
  readonly room: number
  /** Whether anybody had read it since it was fetched. */
  readonly wasRead: boolean
}

/** The belief that Tencent does not know an account. */
export interface UnknownEntry {
  readonly kind: 'unknown'
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

export type CacheEntry = KnownEntry | UnknownEntry
