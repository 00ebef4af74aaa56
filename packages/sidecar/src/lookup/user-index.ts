import { randomInt } from 'node:crypto'

import { IntColumn } from './int-column.ts'
import { TextColumn } from './text-column.ts'

/** In place of a room: there is none. Rooms are kept from 1, because a place that was never set holds 0. */
const NOBODY = 0

/** What links a room stands together, so that a look at it waits for memory once. */
const LINKS = 2
const HASH = 0
const NEXT = 1

/**
 * UserIndex finds a user's room by the user's id: a hash table in columns of integers, with a list of rooms in each bucket.
 *
 * A Map would do, and takes twice the time of a whole batch: V8 looks an id that came over the wire up in its table of all texts before it looks into
 * the Map, which is two more waits for memory for each user (bench/profiles.md, “A batch of 100 hits”).
 *
 * There are as many buckets as users at the most there were, and each new one takes what is its own of one other (linear hashing): growing stops
 * nobody, where a Map of a million is copied in one go.
 */
export class UserIndex {
  readonly #seed: number
  #users = new TextColumn()
  /** By bucket: its first room. */
  #firsts = new IntColumn()
  /** By room: the hash of its user, and the next room of the bucket. */
  #links = new IntColumn()
  #size = 0
  #buckets = 1
  /** The least power of two that is not below `#buckets`, less one. */
  #mask = 0

  /** `seed` makes it hard to foresee which ids share a bucket; an integer from 0 to 2^32 - 1. */
  constructor(seed: number = randomInt(2 ** 32)) {
    this.#seed = seed | 0
  }

  /** Returns the room of a user, if it has one. */
  find(user: string): number | undefined {
    const hash = this.#hashOf(user)
    let kept = this.#firsts.get(this.#bucketOf(hash))
    while (kept !== NOBODY) {
      const room = kept - 1
      if (this.#links.get(room * LINKS + HASH) === hash && this.#users.get(room) === user)
        return room
      kept = this.#links.get(room * LINKS + NEXT)
    }
    return undefined
  }

  /** Enters a user who has no room yet. */
  add(user: string, room: number): void {
    this.#size += 1
    if (this.#size > this.#buckets) this.#addBucket()
    const hash = this.#hashOf(user)
    this.#users.set(room, copyOf(user))
    this.#links.set(room * LINKS + HASH, hash)
    this.#enter(room, this.#bucketOf(hash))
  }

  /** Strikes out the user of a room. */
  remove(room: number): void {
    this.#size -= 1
    this.#users.set(room, '')
    const next = this.#links.get(room * LINKS + NEXT)
    const bucket = this.#bucketOf(this.#links.get(room * LINKS + HASH))
    let before = this.#firsts.get(bucket)
    if (before - 1 === room) return this.#firsts.set(bucket, next)
    for (;;) {
      const place = (before - 1) * LINKS + NEXT
      before = this.#links.get(place)
      if (before - 1 === room) return this.#links.set(place, next)
    }
  }

  clear(): void {
    this.#users = new TextColumn()
    this.#firsts = new IntColumn()
    this.#links = new IntColumn()
    this.#size = 0
    this.#buckets = 1
    this.#mask = 0
  }

  /** Returns who has a room. */
  user(room: number): string {
    return copyOf(this.#users.get(room))
  }

  #enter(room: number, bucket: number): void {
    this.#links.set(room * LINKS + NEXT, this.#firsts.get(bucket))
    this.#firsts.set(bucket, room + 1)
  }

  /** Adds a bucket, and gives it what is its own of the one bucket that has it. */
  #addBucket(): void {
    const added = this.#buckets
    this.#buckets += 1
    if (added > this.#mask) this.#mask = this.#mask * 2 + 1
    const shared = added & (this.#mask >>> 1)
    let kept = this.#firsts.get(shared)
    this.#firsts.set(shared, NOBODY)
    while (kept !== NOBODY) {
      const room = kept - 1
      kept = this.#links.get(room * LINKS + NEXT)
      this.#enter(room, this.#bucketOf(this.#links.get(room * LINKS + HASH)))
    }
  }

  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask
    return bucket < this.#buckets ? bucket : bucket & (this.#mask >>> 1)
  }

  /** Each character is mixed in as MurmurHash2 mixes in four bytes. */
  #hashOf(user: string): number {
    let hash = this.#seed
    for (let at = 0; at < user.length; at += 1) {
      hash = Math.imul(hash ^ user.charCodeAt(at), 0x5bd1e995)
      hash ^= hash >>> 15
    }
    return hash
  }
}

/**
 * Returns a text of its own for an id. One that was ever looked up in a Map is in V8's table of all texts for as long as it is kept, and a full collection
 * of the heap stops everybody to walk through that table: with a million users a third to two thirds of its 30 ms.
 */
function copyOf(user: string): string {
  const copy = Buffer.from(user).toString()
  // A lone surrogate has no UTF-8; ids with one are refused before they come here, and would only be no copies.
  return copy === user ? copy : user
}
