import type { KeptEntry } from './cache-entry.ts'
import type { TagTexts } from './tag-texts.ts'
import { TextColumn } from './text-column.ts'

/** Rows are made so many at a time: nothing is moved when there are more, and an empty cache has none. */
const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS
const IN_CHUNK = CHUNK - 1

/** A room's numbers are a row of 16 bytes, so that a read waits for memory once: a moment, and behind it two integers of 32 bits. */
const ROW_BYTES = 16
const MOMENTS = 2
const INTEGERS = 4
const FRESH_FOR = 2
const USE = 3

/** Of the integer for its use, the lowest bit says that the user was read; above it is the age in which it was used last. */
const WAS_READ = 1

/** What is known of a user, as it is put into a room. */
export interface Guest {
  /** The user's tags as `TagTexts` keeps them. */
  readonly text: string
  readonly fetchedAtMs: number
  /** Whole milliseconds, 49 days at most; the longest fresh time is 45. */
  readonly freshForMs: number
  /** In which it is put in; 31 bits. */
  readonly age: number
}

/** Two views of the same rows. */
interface Rows {
  readonly moments: Float64Array
  readonly integers: Uint32Array
}

/**
 * Rooms keeps what is known of each user in rows of numbers and a column of texts instead of an object for each: 24 bytes where an object has 104,
 * its two boxed numbers included, and nothing but texts for a collection of the heap to follow. A user's values are in one *room*, a small integer.
 */
export class Rooms {
  readonly #tagTexts: TagTexts
  #texts = new TextColumn()
  #rows: Rows[] = []
  #free: number[] = []
  #used = 0

  constructor(texts: TagTexts) {
    this.#tagTexts = texts
  }

  /** Returns a room that is nobody's; it is for whoever is put into it. */
  take(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#used === this.#rows.length * CHUNK) this.#rows.push(newRows())
    this.#used += 1
    return this.#used - 1
  }

  /** Puts what is known of a user into a room, in place of what was there; nobody has read it yet. */
  put(room: number, { text, fetchedAtMs, freshForMs, age }: Guest): void {
    const { moments, integers } = this.#rowsOf(room)
    const at = room & IN_CHUNK
    this.#texts.set(room, text)
    moments[at * MOMENTS] = fetchedAtMs
    integers[at * INTEGERS + FRESH_FOR] = freshForMs
    integers[at * INTEGERS + USE] = age << 1
  }

  /** Gives a room back. */
  giveBack(room: number): void {
    this.#texts.set(room, '')
    this.#free.push(room)
  }

  clear(): void {
    this.#texts = new TextColumn()
    this.#rows = []
    this.#free = []
    this.#used = 0
  }

  freshUntilMs(room: number): number {
    const { moments, integers } = this.#rowsOf(room)
    const at = room & IN_CHUNK
    return (moments[at * MOMENTS] ?? 0) + (integers[at * INTEGERS + FRESH_FOR] ?? 0)
  }

  /** Returns what is in a room, as it is now. */
  entry(room: number): KeptEntry {
    const { moments, integers } = this.#rowsOf(room)
    const at = room & IN_CHUNK
    const fetchedAtMs = moments[at * MOMENTS] ?? 0
    return {
      kind: 'known',
      tagsJson: this.#tagTexts.json(this.#texts.get(room)),
      fetchedAtMs,
      freshUntilMs: fetchedAtMs + (integers[at * INTEGERS + FRESH_FOR] ?? 0),
      room,
      wasRead: ((integers[at * INTEGERS + USE] ?? 0) & WAS_READ) !== 0,
    }
  }

  noteRead(room: number): void {
    const { integers } = this.#rowsOf(room)
    const place = (room & IN_CHUNK) * INTEGERS + USE
    integers[place] = (integers[place] ?? 0) | WAS_READ
  }

  /** Says that a room is used in an age; reports whether it is for the first time. */
  use(room: number, age: number): boolean {
    const { integers } = this.#rowsOf(room)
    const place = (room & IN_CHUNK) * INTEGERS + USE
    const use = integers[place] ?? 0
    if (use >>> 1 === age) return false
    integers[place] = (age << 1) | (use & WAS_READ)
    return true
  }

  #rowsOf(room: number): Rows {
    const rows = this.#rows[room >>> CHUNK_BITS]
    if (rows === undefined) throw new RangeError('there is no such room')
    return rows
  }
}

function newRows(): Rows {
  const bytes = new ArrayBuffer(CHUNK * ROW_BYTES)
  return { moments: new Float64Array(bytes), integers: new Uint32Array(bytes) }
}
