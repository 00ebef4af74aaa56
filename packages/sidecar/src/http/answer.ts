import type { Known, Outcome, Source } from '../lookup/outcome.ts'
import type { WallTime } from './wall-time.ts'

type How = Source | 'failed' | 'refused'

function howOf(outcome: Outcome): How {
  if (outcome.kind !== 'failed') return outcome.source
  return outcome.nothingSent === true ? 'refused' : 'failed'
}

/**
 * Returns the two headers that tell the truth about an answer: `Cache-Status` (RFC 9211) and, if any value is in it,
 * `Age` in seconds of the oldest one (RFC 9111). Never a key: that would be a user id.
 */
export function truthHeaders(outcomes: readonly Outcome[], now: number): Record<string, string> {
  let oldestMs = Infinity
  let firstToExpireMs = Infinity
  const counts = new Map<How, number>()
  for (const outcome of outcomes) {
    const how = howOf(outcome)
    counts.set(how, (counts.get(how) ?? 0) + 1)
    if (outcome.kind === 'failed') continue
    oldestMs = Math.min(oldestMs, outcome.fetchedAtMs)
    firstToExpireMs = Math.min(firstToExpireMs, outcome.freshUntilMs)
  }
  const ttlS = Math.floor((firstToExpireMs - now) / 1_000)
  const cacheStatus = ['tagside', ...cacheStatusOf(counts, ttlS)].join('; ')
  if (oldestMs === Infinity) return { 'Cache-Status': cacheStatus }
  return { 'Cache-Status': cacheStatus, Age: String(Math.floor((now - oldestMs) / 1_000)) }
}

function cacheStatusOf(counts: ReadonlyMap<How, number>, ttlS: number): string[] {
  const isForwarded = counts.has('fetched') || counts.has('coalesced') || counts.has('failed')
  const isHit = !isForwarded && (counts.has('fresh') || counts.has('stale'))
  const served = isForwarded ? ['fwd=miss'] : isHit ? ['hit', `ttl=${ttlS}`] : []
  if (counts.size > 1) {
    const order = ['fresh', 'stale', 'fetched', 'coalesced', 'failed', 'refused'] as const
    const parts = order.filter((how) => counts.has(how)).map((how) => `${how}=${counts.get(how)}`)
    return [...served, `detail="${parts.join(',')}"`]
  }
  if (counts.has('stale')) return [...served, 'detail=stale']
  if (counts.has('coalesced')) return [...served, 'collapsed']
  return served
}

/** Returns the members of a user's JSON answer behind `"user":…`; the tags are joined in as the text they are cached as. */
export function tagsMembers(known: Known, wall: WallTime): string {
  const stale = known.source === 'stale' ? ',"stale":true' : ''
  return `"tags":${known.tagsJson},"fetchedAt":"${wall.iso(known.fetchedAtMs)}"${stale}`
}
