import type { Outcome } from '../../src/lookup/outcome.ts'
import { type LookupWishes, TagLookup, type TagLookupOptions } from '../../src/lookup/tag-lookup.ts'
import type { RecordingUpstream } from './recording-upstream.ts'

export const defaultWindows = {
  ttlMs: 60_000,
  ttlJitter: 0,
  staleWhileRevalidateMs: 30_000,
  staleIfErrorMs: 86_400_000,
  unknownTtlMs: 30_000,
}

/** Returns a lookup with the sidecar's defaults, without jitter, in front of a recording upstream. */
export function lookupOver(
  upstream: RecordingUpstream,
  options: Partial<TagLookupOptions> = {},
): TagLookup {
  return new TagLookup({
    load: upstream.load,
    windows: defaultWindows,
    cacheMaxBytes: 8 * 1024 * 1024,
    callsPerSecond: 100,
    maxConcurrentCalls: 32,
    batchMaxUsers: 100,
    queueMaxUsers: 100_000,
    rideAlongMs: 0,
    ...options,
  })
}

/** Asks with a deadline of two seconds from now, unless told otherwise. */
export async function ask(
  lookup: TagLookup,
  users: readonly string[],
  wishes: Partial<LookupWishes> = {},
): Promise<readonly Outcome[]> {
  return lookup.lookup(users, { deadlineMs: performance.now() + 2_000, ...wishes })
}

/** Says an outcome in a word or two: the tags, `unknown`, or the failure's code; with the source before it. */
export function inWords(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'nothing'
  if (outcome.kind === 'failed') return outcome.failure.code
  return outcome.kind === 'unknown'
    ? `${outcome.source} unknown`
    : `${outcome.source} ${outcome.tagsJson}`
}

export function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `user-${from + index}`)
}

/** Returns numbers in [0, 1) that are spread evenly and the same in every run: multiples of the golden section. */
export function evenlySpread(): () => number {
  let number = 0
  return () => (number = (number + 0.618_033_988_75) % 1)
}
