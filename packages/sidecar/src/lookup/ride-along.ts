/** The window is divided into so many buckets; a user is offered at most one bucket late. */
const BUCKETS_PER_WINDOW = 8
const BUCKET_MIN_MS = 10

/**
 * RideAlong knows which users will be stale soon and were read since they were last fetched. They fill the spare room of calls that are made
 * anyway: fewer reads find a stale value, and no call is made for it.
 *
 * Buckets of time, filled when a user is first read after a fetch; a user has one place, the last it was given. What is taken is checked by
 * the taker: the user may have been fetched or forgotten meanwhile.
 */
export class RideAlong {
  readonly #windowMs: number
  readonly #bucketMs: number
  readonly #buckets = new Map<number, Set<string>>()
  /** Which bucket a user is in. Without it, one that is invalidated and read in turns would have a place for each time. */
  readonly #places = new Map<string, number>()

  /** `windowMs` is the last part of the fresh time in which users may ride along; 0 = never. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
    this.#bucketMs = Math.max(BUCKET_MIN_MS, windowMs / BUCKETS_PER_WINDOW)
  }

  /** Enters a user that was read for the first time since its fetch. */
  enter(user: string, freshUntilMs: number): void {
    if (this.#windowMs === 0) return
    this.#leave(user)
    const bucket = Math.ceil((freshUntilMs - this.#windowMs) / this.#bucketMs)
    this.#places.set(user, bucket)
    const users = this.#buckets.get(bucket)
    if (users === undefined) this.#buckets.set(bucket, new Set([user]))
    else users.add(user)
  }

  /** Lets go of users that are stale by now; a stale user is refreshed when it is read. */
  forgetStale(now: number): void {
    const firstUseful = Math.floor(now / this.#bucketMs) - BUCKETS_PER_WINDOW + 1
    for (const [bucket, users] of this.#buckets) {
      if (bucket >= firstUseful) continue
      for (const user of users) this.#places.delete(user)
      this.#buckets.delete(bucket)
    }
  }

  /** Yields the users whose window has come, until the taker stops; each once. */
  *due(now: number): Generator<string> {
    const newest = Math.floor(now / this.#bucketMs)
    for (let bucket = newest - BUCKETS_PER_WINDOW + 1; bucket <= newest; bucket += 1) {
      for (const user of this.#buckets.get(bucket) ?? []) {
        this.#leave(user)
        yield user
      }
    }
  }

  /** Users that have a place. */
  get size(): number {
    return this.#places.size
  }

  #leave(user: string): void {
    const bucket = this.#places.get(user)
    if (bucket === undefined) return
    this.#places.delete(user)
    this.#buckets.get(bucket)?.delete(user)
  }
}
