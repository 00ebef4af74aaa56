/** Rooms are made so many at a time: nothing is moved when there are more, and an empty cache has none. */
const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS
const IN_CHUNK = CHUNK - 1

/** A user's tags as cached, read at one moment: flat JSON text, 0.6 × the memory of an array of strings. */
export interface KnownEntry {
  readonly kind: 'known'
  readonly tagsJson: string
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
  /** Whether anybody had read it since it was fetched. */
  readonly wasRead: boolean
}

interface Chunk {
  readonly texts: string[]
  readonly fetchedAtMs: Float64Array
  /** Whole milliseconds, 49 days at most; the longest fresh time is 45. */
  readonly freshForMs: Uint32Array
  readonly wasRead: Uint8Array
}

/**
 * EntryColumns keeps what is known of each user in columns instead of an object for each: 21 bytes where an object has 96, its two boxed
 * numbers included, and nothing but texts for a collection of the heap to follow. Of a million users each takes 196 bytes in all instead of
 * 270. A user's values are in one *room*, a small integer.
 */
export class EntryColumns {
  #chunks: Chunk[] = []
  #free: number[] = []
  #used = 0

  /** Takes a room and returns it. */
  add(text: string, fetchedAtMs: number, freshForMs: number): number {
    const room = this.#free.pop() ?? this.#newRoom()
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    chunk.texts[at] = text
    chunk.fetchedAtMs[at] = fetchedAtMs
    chunk.freshForMs[at] = freshForMs
    chunk.wasRead[at] = 0
    return room
  }

  /** Gives a room back. */
  remove(room: number): void {
    this.#chunkOf(room).texts[room & IN_CHUNK] = ''
    this.#free.push(room)
  }

  clear(): void {
    this.#chunks = []
    this.#free = []
    this.#used = 0
  }

  /** Returns what is in a room, as it is now. */
  entry(room: number): KnownEntry {
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    const fetchedAtMs = chunk.fetchedAtMs[at] ?? 0
    return {
      kind: 'known',
      tagsJson: chunk.texts[at] ?? '',
      fetchedAtMs,
      wasRead: chunk.wasRead[at] === 1,
      freshUntilMs: fetchedAtMs + (chunk.freshForMs[at] ?? 0),
    }
  }

  noteRead(room: number): void {
    this.#chunkOf(room).wasRead[room & IN_CHUNK] = 1
  }

  #newRoom(): number {
    if (this.#used === this.#chunks.length * CHUNK) {
      this.#chunks.push({
        texts: [],
        fetchedAtMs: new Float64Array(CHUNK),
        freshForMs: new Uint32Array(CHUNK),
        wasRead: new Uint8Array(CHUNK),
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
