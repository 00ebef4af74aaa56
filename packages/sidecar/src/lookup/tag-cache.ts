import { LRUCache } from 'lru-cache'

import type { CacheEntry, FetchedEntry, KeptEntry, UnknownEntry } from './cache-entry.ts'
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
import { RideAlong } from './ride-along.ts'
import { Rooms } from './rooms.ts'
import { TagTexts } from './tag-texts.ts'
import { UseOrder } from './use-order.ts'
import { UserIndex } from './user-index.ts'

export interface TagCacheOptions {
  readonly maxBytes: number
  readonly windows: FreshnessWindows
  /** In [0, 1); spreads fresh times so that users fetched together do not expire together. */
  readonly random: () => number
  /** Who is told whom to offer a seat; default: nobody is. */
  readonly rideAlong?: RideAlong
}

/**
 * What an entry costs beside the letters of its texts, measured at 200,000 to 1,000,000 users who were read: 172 to 198 bytes for their two
 * heads, lru-cache's lists and its Map, the room, the index, and the place among those who may ride along. The most is when a list has just grown.
 */
const ENTRY_OVERHEAD_BYTES = 180

/** Unknown accounts get at most this share of the room, so that random ids cannot push out the real ones. */
const UNKNOWN_SHARE = 0.1

/** Why an entry is gone: no room for another, the share of unknown accounts used up, or told to go. */
export type EvictionReason = 'capacity' | 'unknown-share' | 'invalidated'

/**
 * TagCache is the bounded store of what Tencent last said about each user, and of the windows in which that may still be
 * used. It fetches nothing, has no timers, and drops an entry only for room or when told to: an old one may yet be needed.
 */
export class TagCache {
  readonly #windows: FreshnessWindows
  readonly #random: () => number
  readonly #index = new UserIndex()
  readonly #texts = new TagTexts()
  readonly #rooms = new Rooms(this.#texts)
  readonly #order: UseOrder
  readonly #rideAlong: RideAlong
  /** When an unknown user was fetched. */
  readonly #unknown: LRUCache<string, number>
  readonly evicted: Record<EvictionReason, number> = {
    capacity: 0,
    'unknown-share': 0,
    invalidated: 0,
  }
  #added = 0
  #replaced = 0

  constructor(options: TagCacheOptions) {
    this.#windows = options.windows
    this.#random = options.random
    this.#rideAlong = options.rideAlong ?? new RideAlong(0)
    const unknownBytes = Math.floor(options.maxBytes * UNKNOWN_SHARE)
    this.#order = new UseOrder({
      maxBytes: options.maxBytes - unknownBytes,
      onPushedOut: (room) => this.#empty(room),
    })
    this.#unknown = new LRUCache({ maxSize: unknownBytes })
  }

  get(user: string): KeptEntry | UnknownEntry | undefined {
    const room = this.#index.find(user)
    if (room !== undefined) {
      if (this.#rooms.use(room, this.#order.age)) this.#order.moveToBack(room)
      return this.#rooms.entry(room)
    }
    const fetchedAtMs = this.#unknown.get(user)
    return fetchedAtMs === undefined ? undefined : this.unknownEntry(fetchedAtMs)
  }

  /** Says that a user was read: the first time since its fetch it may ride along from here on. */
  noteRead({ room, freshUntilMs, wasRead }: KeptEntry): void {
    if (wasRead) return
    this.#rooms.noteRead(room)
    this.#rideAlong.enter(room, freshUntilMs)
  }

  /** Yields users who were read since they were fetched and will be stale soon, until the taker stops; each once. */
  *riders(now: number): Generator<string> {
    for (const room of this.#rideAlong.due(now))
      if (now < this.#rooms.freshUntilMs(room)) yield this.#index.user(room)
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

  knownEntry(tags: readonly string[], fetchedAtMs: number): FetchedEntry {
    const tagsJson = JSON.stringify(tags)
    // The rooms keep whole milliseconds.
    const freshForMs = Math.round(freshUntil(this.#windows, 0, this.#random()))
    return {
      kind: 'known',
      tagsJson,
      text: this.#texts.keep(tags, tagsJson),
      fetchedAtMs,
      freshUntilMs: fetchedAtMs + freshForMs,
    }
  }

  unknownEntry(fetchedAtMs: number): UnknownEntry {
    return { kind: 'unknown', fetchedAtMs, freshUntilMs: fetchedAtMs + this.#windows.unknownTtlMs }
  }

  /** Stores an entry in place of whatever was believed of the user before. */
  store(user: string, entry: FetchedEntry | UnknownEntry): void {
    const isNew = this.#index.find(user) === undefined && !this.#unknown.has(user)
    const expected = this.entries + (isNew ? 1 : 0)
    this.#put(user, entry)
    if (isNew) this.#added += 1
    else this.#replaced += 1
    // An entry larger than the whole room is one of them.
    this.evicted[entry.kind === 'known' ? 'capacity' : 'unknown-share'] += expected - this.entries
  }

  #put(user: string, entry: FetchedEntry | UnknownEntry): void {
    if (entry.kind === 'known') {
      this.#unknown.delete(user)
      this.#putKnown(user, entry)
    } else {
      this.#dropKnown(user)
      this.#unknown.set(user, entry.fetchedAtMs, { size: sizeBytes(user, '') })
    }
  }

  #putKnown(user: string, { text, fetchedAtMs, freshUntilMs }: FetchedEntry): void {
    const size = sizeBytes(user, text)
    if (!this.#order.fits(size)) {
      this.#dropKnown(user)
      return
    }
    const room = this.#index.find(user) ?? this.#moveIn(user)
    this.#rideAlong.leave(room, this.#rooms.freshUntilMs(room))
    const freshForMs = Math.round(freshUntilMs - fetchedAtMs)
    this.#rooms.put(room, { text, fetchedAtMs, freshForMs, age: this.#order.age })
    this.#order.put(room, size)
  }

  #moveIn(user: string): number {
    const room = this.#rooms.take()
    this.#index.add(user, room)
    this.#rideAlong.add(room)
    return room
  }

  #dropKnown(user: string): boolean {
    const room = this.#index.find(user)
    if (room === undefined) return false
    this.#order.remove(room)
    this.#empty(room)
    return true
  }

  #empty(room: number): void {
    this.#rideAlong.leave(room, this.#rooms.freshUntilMs(room))
    this.#index.remove(room)
    this.#rooms.giveBack(room)
  }

  /** Forgets a user; reports whether there was anything to forget. */
  delete(user: string): boolean {
    const known = this.#dropKnown(user)
    const isCached = this.#unknown.delete(user) || known
    if (isCached) this.evicted.invalidated += 1
    return isCached
  }

  /** Forgets everyone; returns how many entries there were. */
  clear(): number {
    const { entries } = this
    this.#rideAlong.clear()
    this.#order.clear()
    this.#index.clear()
    this.#rooms.clear()
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
    return this.#order.size + this.#unknown.size
  }

  get bytes(): number {
    return this.#order.bytes + this.#unknown.calculatedSize
  }
}

function sizeBytes(user: string, text: string): number {
  return ENTRY_OVERHEAD_BYTES + Buffer.byteLength(user) + Buffer.byteLength(text)
}
