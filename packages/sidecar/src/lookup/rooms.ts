import type { KeptEntry } from './cache-entry.ts'
import { isPacked, type TagTexts } from './tag-texts.ts'

/** Rooms are made so many at a time: nothing is moved when there are more, and an empty cache has none. */
const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS
const IN_CHUNK = CHUNK - 1

/** Flags of a room. */
const PACKED = 1
const READ = 2

/** What is put into a room. */
export interface Guest {
  readonly user: string
  /** The user's tags as `TagTexts` keeps them. */
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
  readonly flags: Uint8Array
}

/**
 * Rooms keeps what is known of each user in columns instead of an object for each: 29 bytes where an object has 104, its two boxed
 * numbers included, and nothing but texts for a collection of the heap to follow. A user's values are in one *room*, a small integer.
 */
export class Rooms {
  readonly #texts: TagTexts
  #chunks: Chunk[] = []
  #free: number[] = []
  #used = 0

  constructor(texts: TagTexts) {
    this.#texts = texts
  }

  /** Takes a room and returns it. */
  add({ user, text, fetchedAtMs, freshForMs }: Guest): number {
    const room = this.#free.pop() ?? this.#newRoom()
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    chunk.users[at] = user
    chunk.texts[at] = text
    chunk.fetchedAtMs[at] = fetchedAtMs
    chunk.freshForMs[at] = freshForMs
    chunk.flags[at] = isPacked(text) ? PACKED : 0
    return room
  }

  /** Gives a room back. */
  remove(room: number): void {
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    chunk.users[at] = ''
    chunk.texts[at] = ''
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

  freshUntilMs(room: number): number {
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    return (chunk.fetchedAtMs[at] ?? 0) + (chunk.freshForMs[at] ?? 0)
  }

  /** Returns what is in a room, as it is now. */
  entry(room: number): KeptEntry {
    const chunk = this.#chunkOf(room)
    const at = room & IN_CHUNK
    const text = chunk.texts[at] ?? ''
    const flags = chunk.flags[at] ?? 0
    const fetchedAtMs = chunk.fetchedAtMs[at] ?? 0
    return {
      kind: 'known',
      tagsJson: (flags & PACKED) === 0 ? text : this.#texts.json(text),
      fetchedAtMs,
      freshUntilMs: fetchedAtMs + (chunk.freshForMs[at] ?? 0),
      room,
      wasRead: (flags & READ) !== 0,
    }
  }

  noteRead(room: number): void {
    const { flags } = this.#chunkOf(room)
    flags[room & IN_CHUNK] = (flags[room & IN_CHUNK] ?? 0) | READ
  }

  #newRoom(): number {
    if (this.#used === this.#chunks.length * CHUNK) {
      this.#chunks.push({
        users: [],
        texts: [],
        fetchedAtMs: new Float64Array(CHUNK),
        freshForMs: new Uint32Array(CHUNK),
        flags: new Uint8Array(CHUNK),
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
