import { IntColumn } from './int-column.ts'

/** The window is divided into so many buckets; a user is offered at most one bucket late. */
const BUCKETS_PER_WINDOW = 8
const BUCKET_MIN_MS = 10

/** In place of a neighbour: there is none; or the room is in no list. */
const END = -1
const NOWHERE = -2

/**
 * RideAlong knows which users will be stale soon and were read since they were last fetched. They fill the spare room of calls that are made
 * anyway: fewer reads find a stale value, and no call is made for it.
 *
 * Users are told by their rooms. Each bucket of time is a list of rooms, and what links them stands in two columns: 8 bytes for each user, where a
 * Map and Sets of users took 51 more, and a room that is given to somebody else leaves its list at once.
 */
export class RideAlong {
  readonly #windowMs: number
  readonly #bucketMs: number
  /** The first room of each bucket. */
  readonly #firsts = new Map<number, number>()
  readonly #next = new IntColumn()
  readonly #previous = new IntColumn()

  /** `windowMs` is the last part of the fresh time in which users may ride along; 0 = never. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
    this.#bucketMs = Math.max(BUCKET_MIN_MS, windowMs / BUCKETS_PER_WINDOW)
  }

  /** Says that a room was given to a user who has no place yet. */
  add(room: number): void {
    this.#previous.set(room, NOWHERE)
  }

  /** Enters a user that was read for the first time since its fetch. */
  enter(room: number, freshUntilMs: number): void {
    // A user that is named twice in a request comes twice.
    if (this.#windowMs === 0 || this.#previous.get(room) !== NOWHERE) return
    const bucket = this.#bucketOf(freshUntilMs)
    const second = this.#firsts.get(bucket) ?? END
    if (second !== END) this.#previous.set(second, room)
    this.#next.set(room, second)
    this.#previous.set(room, END)
    this.#firsts.set(bucket, room)
  }

  /** Takes a room out of its list, if it is in one; `freshUntilMs` as it was entered with. */
  leave(room: number, freshUntilMs: number): void {
    if (this.#previous.get(room) >= END) this.#unlink(room, this.#bucketOf(freshUntilMs))
  }

  /** Lets go of everybody. A room has to be added again before it is entered. */
  clear(): void {
    this.#firsts.clear()
  }

  /** Lets go of users that are stale by now; a stale user is refreshed when it is read. */
  forgetStale(now: number): void {
    const firstUseful = Math.floor(now / this.#bucketMs) - BUCKETS_PER_WINDOW + 1
    // A list without a first room is nobody's: its rooms leave it one by one, and nothing is walked through here.
    for (const bucket of this.#firsts.keys()) if (bucket < firstUseful) this.#firsts.delete(bucket)
  }

  /** Yields the rooms of users whose window has come, until the taker stops; each once. */
  *due(now: number): Generator<number> {
    const newest = Math.floor(now / this.#bucketMs)
    for (let bucket = newest - BUCKETS_PER_WINDOW + 1; bucket <= newest; bucket += 1) {
      for (;;) {
        const room = this.#firsts.get(bucket)
        if (room === undefined) break
        this.#unlink(room, bucket)
        yield room
      }
    }
  }

  /** Users that have a place. */
  get size(): number {
    let size = 0
    for (const first of this.#firsts.values())
      for (let room = first; room !== END; room = this.#next.get(room)) size += 1
    return size
  }

  #bucketOf(freshUntilMs: number): number {
    return Math.ceil((freshUntilMs - this.#windowMs) / this.#bucketMs)
  }

  #unlink(room: number, bucket: number): void {
    const before = this.#previous.get(room)
    const after = this.#next.get(room)
    this.#previous.set(room, NOWHERE)
    if (after !== END) this.#previous.set(after, before)
    if (before !== END) this.#next.set(before, after)
    // Where it is not the bucket's first, its list was let go.
    else if (this.#firsts.get(bucket) !== room) return
    else if (after === END) this.#firsts.delete(bucket)
    else this.#firsts.set(bucket, after)
  }
}
