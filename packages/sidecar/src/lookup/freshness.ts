/**
 * Freshness decides what a cached entry may still be used for. Pure arithmetic on monotonic milliseconds.
 *
 *     fetched        freshUntil       + staleWhileRevalidate            fetched + ttl + staleIfError
 *        |── fresh ──────|── while-revalidate ──|── if-error ────────────────────|── expired
 *
 * The last bound is hard: nothing is served past it, whatever the other settings or a caller's wish say.
 */
export interface FreshnessWindows {
  readonly ttlMs: number
  /** Share of the fresh time by which each entry's own is varied, up or down; 0 = none. */
  readonly ttlJitter: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly unknownTtlMs: number
}

/** What the caller asked of the cache. Absent = the configured windows alone decide. */
export interface CacheWishes {
  /** Fetch anew, whatever is cached. */
  readonly noCache?: boolean
  /** Never go upstream. */
  readonly onlyIfCached?: boolean
  /** Do not answer with anything older without fetching. */
  readonly maxAgeMs?: number
  /** How long past `ttl` a value may serve when the fetch fails. */
  readonly staleIfErrorMs?: number
}

/** Times of one entry, as the cache keeps them. */
export interface Dated {
  readonly fetchedAtMs: number
  readonly freshUntilMs: number
}

/**
 * - `fresh`: answer.
 * - `revalidate`: answer, and refresh behind.
 * - `fallback`: fetch; answer with this only if the fetch fails.
 * - `expired`: as if it were not there.
 */
export type Verdict = 'fresh' | 'revalidate' | 'fallback' | 'expired'

/** Returns the moment until which a value fetched at `fetchedAtMs` is fresh, at most until it is served to nobody; `random` is in [0, 1). */
export function freshUntil(windows: FreshnessWindows, fetchedAtMs: number, random: number): number {
  const freshForMs = windows.ttlMs * (1 + windows.ttlJitter * (2 * random - 1))
  return fetchedAtMs + Math.min(freshForMs, windows.ttlMs + windows.staleIfErrorMs)
}

/**
 * Returns the moment past which a value is served to nobody, measured from its last successful fetch. A caller's
 * `stale-if-error` can only bring it nearer.
 */
export function usableUntil(
  entry: Dated,
  windows: FreshnessWindows,
  wishes: CacheWishes = {},
): number {
  const staleMs = Math.min(windows.staleIfErrorMs, wishes.staleIfErrorMs ?? Infinity)
  return entry.fetchedAtMs + windows.ttlMs + staleMs
}

export function judge(
  entry: Dated,
  windows: FreshnessWindows,
  wishes: CacheWishes,
  now: number,
): Verdict {
  if (now > usableUntil(entry, windows)) return 'expired'
  const isTooOld = wishes.maxAgeMs !== undefined && now - entry.fetchedAtMs > wishes.maxAgeMs
  if (wishes.noCache !== true && !isTooOld) {
    if (now < entry.freshUntilMs) return 'fresh'
    const isRevalidatable = now < entry.freshUntilMs + windows.staleWhileRevalidateMs
    if (wishes.maxAgeMs === undefined && isRevalidatable) return 'revalidate'
  }
  // no-cache accepts an old value only by asking for it.
  const isFallback = wishes.noCache !== true || wishes.staleIfErrorMs !== undefined
  return isFallback && now <= usableUntil(entry, windows, wishes) ? 'fallback' : 'expired'
}

/** Judges a believed "Tencent does not know this account". It is never served stale: the account may exist by now. */
export function judgeUnknown(entry: Dated, wishes: CacheWishes, now: number): Verdict {
  if (wishes.noCache === true || now >= entry.freshUntilMs) return 'expired'
  if (wishes.maxAgeMs !== undefined && now - entry.fetchedAtMs > wishes.maxAgeMs) return 'expired'
  return 'fresh'
}
