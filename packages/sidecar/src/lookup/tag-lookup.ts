import type { KeptEntry } from './cache-entry.ts'
import type { CacheWishes, FreshnessWindows } from './freshness.ts'
import { type Failure, type FreshTags, type Outcome, refused } from './outcome.ts'
import { LookupCounts } from './lookup-counts.ts'
import type { LookupState } from './lookup-state.ts'
import { RideAlong } from './ride-along.ts'
import { TagCache } from './tag-cache.ts'
import { type Missing, TagFetcher } from './tag-fetcher.ts'
import type { TagFetcherOptions } from './tag-fetcher-options.ts'
import { type MinuteOfTotals, totalsOf } from './totals.ts'
import { Waiting } from './waiting.ts'

export interface TagLookupOptions extends TagFetcherOptions {
  readonly windows: FreshnessWindows
  readonly cacheMaxBytes: number
  /** Last part of the fresh time, in milliseconds, in which a read user may ride along in spare room; 0 = off. */
  readonly rideAlongMs: number
  /** Monotonic milliseconds; default `performance.now`. */
  readonly now?: () => number
  /** In [0, 1); default `Math.random`. */
  readonly random?: () => number
}

/** What one request asks of the lookup, beside its users. */
export interface LookupWishes extends CacheWishes {
  /** The moment (monotonic milliseconds) after which nobody wants the answer. */
  readonly deadlineMs: number
  /** Aborted when the caller leaves. A function, because only a request that must wait pays for the signal. */
  readonly callerLeft?: () => AbortSignal | undefined
}

/** Outcomes at once, without a promise, when the cache has them all. */
export type LookedUp = readonly Outcome[] | Promise<readonly Outcome[]>

const ONLY_IF_CACHED: Failure = {
  code: 'only-if-cached',
  message:
    'no usable value is cached and the request forbids going upstream (Cache-Control: only-if-cached)',
  retryable: false,
}

/**
 * TagLookup answers what tags users have: from the cache where it may, from Tencent where it must, and never twice at
 * once for the same user. It is the walk of a request from the read of the cache to the outcome of each user.
 *
 *     lookup ─ cache ─ fresh ──────────────────────────▶ outcome
 *                    ├ may revalidate ─ join a refresh ▶ outcome, stale
 *                    └ neither ─ join a flight ─ queue ─ slot: cut the batch ─ call ─ cache ─▶ outcome
 */
export class TagLookup {
  readonly #now: () => number
  readonly #cache: TagCache
  readonly #counts = new LookupCounts()
  readonly #fetcher: TagFetcher

  constructor(options: TagLookupOptions) {
    this.#now = options.now ?? ((): number => performance.now())
    const random = options.random ?? Math.random
    const rideAlong = new RideAlong(options.rideAlongMs)
    this.#cache = new TagCache({
      maxBytes: options.cacheMaxBytes,
      windows: options.windows,
      random,
      rideAlong,
    })
    this.#fetcher = new TagFetcher(options, {
      cache: this.#cache,
      rideAlong,
      counts: this.#counts,
      now: this.#now,
      random,
    })
  }

  /**
   * Returns one outcome for each of `users`, in their order, duplicates included. Answered at once, without a promise, when
   * the cache has them all; otherwise by the deadline. Never throws for what happens upstream: failures are outcomes.
   */
  lookup(users: readonly string[], wishes: LookupWishes): LookedUp {
    const now = this.#now()
    const outcomes: (Outcome | undefined)[] = []
    const missing: Missing[] = []
    this.#counts.touch(now)
    const counts = this.#counts.lookups
    for (const [index, user] of users.entries()) {
      const entry = this.#cache.get(user)
      const verdict = entry === undefined ? 'expired' : this.#cache.judge(entry, wishes, now)
      const mayAskUpstream = wishes.onlyIfCached !== true
      if (entry !== undefined && verdict === 'fresh') {
        counts[entry.kind === 'unknown' ? 'unknown' : 'fresh'] += 1
        if (entry.kind === 'known') this.#cache.noteRead(entry)
        outcomes[index] = this.#cache.answer(entry, 'fresh')
      } else if (entry !== undefined && verdict === 'revalidate') {
        counts.stale += 1
        if (mayAskUpstream) this.#fetcher.refresh(user)
        outcomes[index] = this.#cache.answer(entry, 'stale')
      } else if (!mayAskUpstream) {
        counts.miss += 1
        outcomes[index] = refused(ONLY_IF_CACHED)
      } else {
        const isFallback = entry !== undefined && verdict === 'fallback'
        const fallback = isFallback ? this.#cache.answer(entry, 'stale', wishes) : undefined
        const isCooling = fallback !== undefined && this.#fetcher.isCooling(user, now)
        if (isCooling && !asksForNewer(wishes)) {
          counts.stale += 1
          outcomes[index] = fallback
        } else missing.push({ user, index, fallback })
      }
    }
    // No await between reading the cache above and joining the flights here. With one, this could happen:
    //   1 A reads the cache: no xiaoming   2 B's flight for xiaoming lands and is cached   3 A joins: no flight, starts another
    // and a user just fetched is fetched again.
    if (missing.length > 0) return this.#wait(outcomes, missing, wishes, now)
    const settled = outcomes.filter((outcome) => outcome !== undefined)
    this.#counts.ended(settled, false)
    return settled
  }

  /**
   * Returns what the cache has of each of `users`, if it has fresh tags of all of them; counted as {@link lookup} counts it. Else undefined, and
   * nothing is counted: that is for `lookup` to answer. `now` is the moment of asking, by the same clock as the lookup's own.
   */
  fresh(users: readonly string[], now: number): readonly FreshTags[] | undefined {
    const entries: KeptEntry[] = []
    for (const user of users) {
      const entry = this.#cache.get(user)
      if (entry === undefined || entry.kind === 'unknown' || now >= entry.freshUntilMs)
        return undefined
      entries.push(entry)
    }
    this.#counts.touch(now)
    this.#counts.lookups.fresh += entries.length
    this.#counts.outcomes.fresh += entries.length
    for (const entry of entries) this.#cache.noteRead(entry)
    return entries
  }

  /** Forgets these users; returns how many were cached. A fetch already under way does not bring the old value back. */
  invalidate(users: Iterable<string>): number {
    let invalidated = 0
    for (const user of users) {
      this.#fetcher.invalidate(user)
      if (this.#cache.delete(user)) invalidated += 1
    }
    return invalidated
  }

  /** Forgets everyone; returns how many were cached. */
  invalidateAll(): number {
    this.#fetcher.invalidateAll()
    return this.#cache.clear()
  }

  /** Takes room in the call budget for a call outside the queue: a repeat with a new signature or another key. */
  takeExtraCall(): Promise<void> {
    return this.#fetcher.takeExtraCall()
  }

  /** There are new credentials: if the ones before were refused, one call may try them at once. */
  credentialsChanged(): void {
    this.#fetcher.credentialsChanged()
  }

  /** How things are at the moment, for metrics. Looking changes nothing. */
  state(): LookupState {
    return {
      ...this.#fetcher.state(this.#now()),
      ...this.#counts.state(),
      cacheEntries: this.#cache.entries,
      cacheBytes: this.#cache.bytes,
      cacheAdded: this.#cache.added,
      cacheReplaced: this.#cache.replaced,
      cacheEvicted: { ...this.#cache.evicted },
    }
  }

  /** What was counted up to the beginning of each second of the last minute, and up to now. */
  lastMinute(): MinuteOfTotals {
    return {
      atBeginnings: this.#counts.minute.atBeginnings(this.#now()),
      now: totalsOf(this.#counts),
    }
  }

  /** The most upstream calls that any trailing second held which ended after `sinceMs`. */
  highestWindowSince(sinceMs: number): number {
    return this.#fetcher.highestWindowSince(sinceMs)
  }

  /** Starts no further call. Those under way settle. */
  close(): void {
    this.#fetcher.close()
  }

  async #wait(
    outcomes: (Outcome | undefined)[],
    missing: readonly Missing[],
    wishes: LookupWishes,
    now: number,
  ): Promise<readonly Outcome[]> {
    const request = new Waiting(outcomes, wishes.deadlineMs, this.#now)
    this.#fetcher.join(missing, request, wishes.noCache === true)
    const patienceMs = asksForNewer(wishes) ? Infinity : this.#fetcher.patienceMs(now)
    const settled = await request.begin(now, patienceMs, wishes.callerLeft?.())
    this.#counts.touch(this.#now())
    this.#counts.ended(settled, request.callerHasLeft)
    return settled
  }
}

/** Who asks for a newer value than the cache has waits for it; others who have an old one wait about a round trip. */
function asksForNewer(wishes: CacheWishes): boolean {
  return wishes.noCache === true || wishes.maxAgeMs !== undefined
}

/** Reports whether some users have to be waited for. */
export function isPending(outcomes: LookedUp): outcomes is Promise<readonly Outcome[]> {
  return outcomes instanceof Promise
}
