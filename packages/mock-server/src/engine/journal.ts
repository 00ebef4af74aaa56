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

/** Which entries are meant; none given, all are. */
export interface JournalFilter {
  /** Only calls that name this account. */
  readonly account?: string | undefined
}

/**
 * A Journal remembers the last 1,000 calls. An entry is written when its call arrives, so that a
 * call that hangs is visible while it hangs, and completed when the call ends.
 */
export class Journal {
  #entries = new Map<number, JournalEntry>()
  #lastSeq = 0
  #dropped = 0
  readonly #watchers = new Set<() => void>()

  /** Entries that the ring has dropped since the start or the last clearing. */
  get dropped(): number {
    return this.#dropped
  }

  /** Writes the entry of a call that has just arrived and returns its `seq`. */
  open(call: Pick<JournalEntry, 'atMs' | 'method' | 'path'>): number {
    const seq = (this.#lastSeq += 1)
    this.#entries.set(seq, { seq, ...call, accounts: [], faults: [] })
    if (this.#entries.delete(seq - ENTRIES_MAX)) this.#dropped += 1
    this.#tell()
    return seq
  }

  /** Adds to an entry; does nothing if the ring or a clearing has dropped it meanwhile. */
  update(seq: number, update: JournalUpdate): void {
    const entry = this.#entries.get(seq)
    if (entry === undefined) return
    this.#entries.set(seq, { ...entry, ...update })
    this.#tell()
  }

  /** The entries, oldest first. */
  entries({ account }: JournalFilter = {}): readonly JournalEntry[] {
    const all = [...this.#entries.values()]
    return account === undefined ? all : all.filter(({ accounts }) => accounts.includes(account))
  }

  /** Calls `watcher` after every change, until the function it returns is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** Forgets all entries and returns how many there were. */
  clear(): number {
    const count = this.#entries.size
    this.#entries = new Map()
    this.#dropped = 0
    this.#tell()
    return count
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
