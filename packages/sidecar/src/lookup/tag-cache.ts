import { LRUCache } from 'lru-cache'

import { EntryColumns, type KnownEntry } from './entry-columns.ts'
import {
  type CacheWishes,
  freshUntil,
  type FreshnessWindows,
  judge,
  judgeUnknown,
  usableUntil,
  type Verdict,
} from './freshness.ts'
import type { Answer, Source } from './outcome.ts'

/** The belief that Tencent does not know an account. */
export interface UnknownEntry {
  readonly kind: 'unknown'
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

export type CacheEntry = KnownEntry | UnknownEntry

export interface TagCacheOptions {
  readonly maxBytes: number
  readonly windows: FreshnessWindows
  /** In [0, 1); spreads fresh times so that users fetched together do not expire together. */
  readonly random: () => number
}

/**
 * What an entry costs beside its texts, measured at 200,000 to 1,000,000 users: 140 to 170 bytes for the columns, lru-cache's lists and its Map, and
 * 190 to 250 once it was read, with its place among those who may ride along.
 */
const ENTRY_OVERHEAD_BYTES = 220

/** Unknown accounts get at most this share of the room, so that random ids cannot push out the real ones. */
const UNKNOWN_SHARE = 0.1

/** Why an entry is gone: no room for another, the share of unknown accounts used up, or told to go. */
export type EvictionReason = 'capacity' | 'unknown-share' | 'invalidated'

/** Texts remembered for sharing. An app has at most 1,000 distinct tags, so equal sets are common. */
const SHARED_TEXTS_MAX = 4_096

/**
 * TagCache is the bounded store of what Tencent last said about each user, and of the windows in which that may still be
 * used. It fetches nothing, has no timers, and drops an entry only for room or when told to: an old one may yet be needed.
 */
export class TagCache {
  readonly #windows: FreshnessWindows
  readonly #random: () => number
  /** A known user's room in the columns. */
  readonly #known: LRUCache<string, number>
  readonly #columns = new EntryColumns()
  readonly #unknown: LRUCache<string, UnknownEntry>
  readonly evicted: Record<EvictionReason, number> = {
    capacity: 0,
    'unknown-share': 0,
    invalidated: 0,
  }
  #added = 0
  #replaced = 0
  readonly #sharedTexts = new LRUCache<string, string>({
    // As a size, because lru-cache would make room for a `max` at once.
    maxSize: SHARED_TEXTS_MAX,
    sizeCalculation: () => 1,
  })

  constructor(options: TagCacheOptions) {
    this.#windows = options.windows
    this.#random = options.random
    // Bytes alone bound it: a bound on the count as well makes lru-cache allocate for it at once, 42 ms and 12 MB for 64 MiB.
    const unknownBytes = Math.floor(options.maxBytes * UNKNOWN_SHARE)
    this.#known = new LRUCache({
      maxSize: options.maxBytes - unknownBytes,
      dispose: (room) => this.#columns.remove(room),
    })
    this.#unknown = new LRUCache({ maxSize: unknownBytes })
  }

  get(user: string): CacheEntry | undefined {
    const room = this.#known.get(user)
    return room === undefined ? this.#unknown.get(user) : this.#columns.entry(room)
  }

  /** Returns a known user's entry without counting it as used. */
  peek(user: string): KnownEntry | undefined {
    const room = this.#known.peek(user)
    return room === undefined ? undefined : this.#columns.entry(room)
  }

  /** Says that a known user was read; {@link KnownEntry.wasRead} tells it until the user is fetched again. */
  noteRead(user: string): void {
    const room = this.#known.peek(user)
    if (room !== undefined) this.#columns.noteRead(room)
  }

  /** Says what an entry may still be used for. */
  judge(entry: CacheEntry, wishes: CacheWishes, now: number): Verdict {
    return entry.kind === 'unknown'
      ? judgeUnknown(entry, wishes, now)
      : judge(entry, this.#windows, wishes, now)
  }

  /** Returns what a caller is told; `wishes` may shorten how long the answer keeps while it waits to be given. */
  answer(entry: CacheEntry, source: Source, wishes?: CacheWishes): Answer {
    const { fetchedAtMs, freshUntilMs } = entry
    if (entry.kind === 'unknown') return { kind: 'unknown', source, fetchedAtMs, freshUntilMs }
    const usableUntilMs = usableUntil(entry, this.#windows, wishes)
    return {
      kind: 'known',
      source,
      tagsJson: entry.tagsJson,
      fetchedAtMs,
      freshUntilMs,
      usableUntilMs,
    }
  }

  knownEntry(tags: readonly string[], fetchedAtMs: number): KnownEntry {
    // The columns have room for whole milliseconds.
    const freshForMs = Math.round(freshUntil(this.#windows, 0, this.#random()))
    return {
      kind: 'known',
      tagsJson: this.#shared(JSON.stringify(tags)),
      fetchedAtMs,
      wasRead: false,
      freshUntilMs: fetchedAtMs + freshForMs,
    }
  }

  unknownEntry(fetchedAtMs: number): UnknownEntry {
    return { kind: 'unknown', fetchedAtMs, freshUntilMs: fetchedAtMs + this.#windows.unknownTtlMs }
  }

  /** Stores an entry in place of whatever was believed of the user before. */
  store(user: string, entry: CacheEntry): void {
    const isNew = !this.#known.has(user) && !this.#unknown.has(user)
    const expected = this.entries + (isNew ? 1 : 0)
    this.#put(user, entry)
    if (isNew) this.#added += 1
    else this.#replaced += 1
    // An entry larger than the whole room is one of them.
    this.evicted[entry.kind === 'known' ? 'capacity' : 'unknown-share'] += expected - this.entries
  }

  #put(user: string, entry: CacheEntry): void {
    if (entry.kind === 'known') {
      this.#unknown.delete(user)
      this.#putKnown(user, entry)
    } else {
      this.#known.delete(user)
      this.#unknown.set(user, entry, { size: sizeBytes(user, '') })
    }
  }

  #putKnown(user: string, { tagsJson, fetchedAtMs, freshUntilMs }: KnownEntry): void {
    const size = sizeBytes(user, tagsJson)
    // lru-cache would not take it, and never say so.
    if (size > this.#known.maxSize) this.#known.delete(user)
    else {
      const freshForMs = Math.round(freshUntilMs - fetchedAtMs)
      this.#known.set(user, this.#columns.add(tagsJson, fetchedAtMs, freshForMs), { size })
    }
  }

  /** Forgets a user; reports whether there was anything to forget. */
  delete(user: string): boolean {
    const known = this.#known.delete(user)
    const isCached = this.#unknown.delete(user) || known
    if (isCached) this.evicted.invalidated += 1
    return isCached
  }

  /** Forgets everyone; returns how many entries there were. */
  clear(): number {
    const { entries } = this
    this.#known.clear()
    this.#columns.clear()
    this.#unknown.clear()
    this.evicted.invalidated += entries
    return entries
  }

  /** Writes of users that were not cached; entries = added − evicted. */
  get added(): number {
    return this.#added
  }

  /** Writes of users that were. */
  get replaced(): number {
    return this.#replaced
  }

  get entries(): number {
    return this.#known.size + this.#unknown.size
  }

  get bytes(): number {
    return this.#known.calculatedSize + this.#unknown.calculatedSize
  }

  #shared(text: string): string {
    const known = this.#sharedTexts.get(text)
    if (known !== undefined) return known
    this.#sharedTexts.set(text, text)
    return text
  }
}

function sizeBytes(user: string, tagsJson: string): number {
  return ENTRY_OVERHEAD_BYTES + Buffer.byteLength(user) + Buffer.byteLength(tagsJson)
}
