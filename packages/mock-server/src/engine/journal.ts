const ENTRIES_MAX = 1000

/** One call as the fake saw it. No query string is kept, hence no UserSig. */
export interface JournalEntry {
  /** Counts up from 1 and is never used again, not even after a clearing. */
  readonly seq: number
  /** When the call arrived, in milliseconds since 1970. */
  readonly atMs: number
  readonly method: string
  readonly path: string
  /** The accounts as sent; empty until the body has been read. */
  readonly accounts: readonly string[]
  /** The faults that fired, as one would write them; a magic account stands as itself. */
  readonly faults: readonly string[]
  /** HTTP status of the answer; absent while there is none, and for a connection that was cut. */
  readonly status?: number
  /** `ErrorCode` of the answer; absent where the answer has none. */
  readonly errorCode?: number
  /** From the call's arrival to its answer or end; absent while it is under way. */
  readonly durationMs?: number
}

/** What becomes known of a call after it arrived. */
export type JournalUpdate = Partial<Omit<JournalEntry, 'seq' | 'atMs' | 'method' | 'path'>>

/**
 * A Journal remembers the last 1,000 calls. An entry is written when its call arrives, so that a
 * call that hangs is visible while it hangs, and completed when the call ends.
 */
export class Journal {
  #entries = new Map<number, JournalEntry>()
  #lastSeq = 0

  /** Writes the entry of a call that has just arrived and returns its `seq`. */
  open(call: Pick<JournalEntry, 'atMs' | 'method' | 'path'>): number {
    const seq = (this.#lastSeq += 1)
    this.#entries.set(seq, { seq, ...call, accounts: [], faults: [] })
    this.#entries.delete(seq - ENTRIES_MAX)
    return seq
  }

  /** Adds to an entry; does nothing if the ring or a clearing has dropped it meanwhile. */
  update(seq: number, update: JournalUpdate): void {
    const entry = this.#entries.get(seq)
    if (entry !== undefined) this.#entries.set(seq, { ...entry, ...update })
  }

  /** The entries, oldest first. */
  entries(): readonly JournalEntry[] {
    return [...this.#entries.values()]
  }

  /** Forgets all entries and returns how many there were. */
  clear(): number {
    const count = this.#entries.size
    this.#entries = new Map()
    return count
  }
}
