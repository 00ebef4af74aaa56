/** Rooms are made so many at a time: nothing is moved when there are more, and an empty cache has none. */
const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS
const IN_CHUNK = CHUNK - 1

/** What a room holds. */
export interface Guest {
  readonly user: string
  /** The user's tags, as `TagTexts` keeps them. */
  readonly text: string
  readonly fetchedAtMs: number
  /** Whole milliseconds, 49 days at most; the longest fresh time is 45. */
  readonly freshForMs: number
}

interface Chunk {
  readonly users: string[]
  readonly texts: string[]
  readonly fetchedAtMs: Float64Array
  readonly freshForMs: Uint32Array
}

/**
 * Rooms keeps what is known of each user in columns instead of an object for each: 28 bytes where an object has 104, its two boxed
 * numbers included, and nothing but texts for a collection of the heap to follow. A user's values are in one *room*, a small integer.
 */
export class Rooms {
  #chunks: Chunk[] = []
  #free: number[] = []
  #used = 0

  /** Takes a room and returns it. */
  add({ user, text, fetchedAtMs, freshForMs }: Guest): number {
    const room = this.#free.pop() ?? this.#newRoom()
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    chunk.users[at] = user
    chunk.texts[at] = text
    chunk.fetchedAtMs[at] = fetchedAtMs
    chunk.freshForMs[at] = freshForMs
    return room
  }

  /** Gives a room back. */
  remove(room: number): void {
    const chunk = this.#chunkOf(room)
    chunk.users[room & IN_CHUNK] = ''
    chunk.texts[room & IN_CHUNK] = ''
    this.#free.push(room)
  }

  clear(): void {
    this.#chunks = []
    this.#free = []
    this.#used = 0
  }

  user(room: number): string {
    return this.#chunkOf(room).users[room & IN_CHUNK] ?? ''
  }

  text(room: number): string {
    return this.#chunkOf(room).texts[room & IN_CHUNK] ?? ''
  }

  fetchedAtMs(room: number): number {
    return this.#chunkOf(room).fetchedAtMs[room & IN_CHUNK] ?? 0
  }

  freshUntilMs(room: number): number {
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    return (chunk.fetchedAtMs[at] ?? 0) + (chunk.freshForMs[at] ?? 0)
  }

  #newRoom(): number {
    if (this.#used === this.#chunks.length * CHUNK) {
      this.#chunks.push({
        users: [],
        texts: [],
        fetchedAtMs: new Float64Array(CHUNK),
        freshForMs: new Uint32Array(CHUNK),
      })
    }
    this.#used += 1
    return this.#used - 1
  }

  #chunkOf(room: number): Chunk {
    const chunk = this.#chunks[room >>> CHUNK_BITS]
    if (chunk === undefined) throw new RangeError('there is no such room')
    return chunk
  }
}
