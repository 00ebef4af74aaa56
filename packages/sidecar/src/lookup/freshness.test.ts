import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type CacheWishes, freshUntil, judge, judgeUnknown, type Verdict } from './freshness.ts'

const windows = {
  ttlMs: 60_000,
  ttlJitter: 0.1,
  staleWhileRevalidateMs: 30_000,
  staleIfErrorMs: 3_600_000,
  unknownTtlMs: 30_000,
}
const entry = { fetchedAtMs: 1_000, freshUntilMs: 61_000 }
const ageMs = (age: number): number => entry.fetchedAtMs + age

describe('a cached value', () => {
  const rows: readonly (readonly [string, CacheWishes, number, Verdict])[] = [
    ['is fresh up to the end of its fresh time', {}, 59_999, 'fresh'],
    ['may be answered and refreshed behind from then on', {}, 60_000, 'revalidate'],
    ['may be answered and refreshed behind to the end of that window', {}, 89_999, 'revalidate'],
    ['serves only on error after it', {}, 90_000, 'fallback'],
    ['serves on error up to ttl + stale-if-error', {}, 3_660_000, 'fallback'],
    ['is expired a millisecond later', {}, 3_660_001, 'expired'],
    ['is not used by no-cache, however fresh', { noCache: true }, 0, 'expired'],
    [
      'serves no-cache on error if stale-if-error is asked',
      { noCache: true, staleIfErrorMs: 5_000 },
      0,
      'fallback',
    ],
    ['serves max-age up to that age', { maxAgeMs: 10_000 }, 10_000, 'fresh'],
    ['is fetched for max-age past that age', { maxAgeMs: 10_000 }, 10_001, 'fallback'],
    [
      'is not answered stale to max-age, which accepts no stale value',
      { maxAgeMs: 70_000 },
      60_000,
      'fallback',
    ],
    ['serves a shorter stale-if-error to its end', { staleIfErrorMs: 40_000 }, 100_000, 'fallback'],
    [
      'does not serve a shorter stale-if-error past it',
      { staleIfErrorMs: 40_000 },
      100_001,
      'expired',
    ],
    [
      'is not kept longer by a longer stale-if-error',
      { staleIfErrorMs: 9e9 },
      3_660_001,
      'expired',
    ],
  ]
  test.each(rows)('%s', (_title, wishes, age, verdict) => {
    expect(judge(entry, windows, wishes, ageMs(age))).toBe(verdict)
  })

  test('is never used past ttl + stale-if-error, whatever the jitter and the wishes', () => {
    const wish = fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200_000 }),
        fc.nat(200_000),
        wish,
        wish,
        (sie, over, maxAge, staleIfError) => {
          const fetchedAtMs = 5_000
          const late = { ...windows, staleIfErrorMs: sie, ttlJitter: 0.5 }
          const dated = { fetchedAtMs, freshUntilMs: freshUntil(late, fetchedAtMs, 0.999_999) }
          const wishes = {
            ...(maxAge === undefined ? {} : { maxAgeMs: maxAge }),
            ...(staleIfError === undefined ? {} : { staleIfErrorMs: staleIfError }),
          }
          const now = fetchedAtMs + late.ttlMs + sie + 1 + over
          expect(judge(dated, late, wishes, now)).toBe('expired')
        },
      ),
    )
  })
})

describe('the fresh time', () => {
  test('is varied by the jitter, up and down, around ttl', () => {
    expect(freshUntil(windows, 1_000, 0)).toBe(1_000 + 54_000)
    expect(freshUntil(windows, 1_000, 0.5)).toBe(1_000 + 60_000)
    expect(freshUntil(windows, 1_000, 0.999_999)).toBeCloseTo(1_000 + 66_000, 0)
    // A short path looks at the end of the fresh time alone.
    const strict = { ...windows, staleIfErrorMs: 2_000 }
    expect(freshUntil(strict, 1_000, 0.999_999)).toBe(1_000 + 62_000)
  })
})

describe('the belief that an account is unknown', () => {
  const belief = { fetchedAtMs: 1_000, freshUntilMs: 31_000 }
  test('holds up to its end and is never served stale', () => {
    expect(judgeUnknown(belief, {}, 30_999)).toBe('fresh')
    expect(judgeUnknown(belief, {}, 31_000)).toBe('expired')
  })

  test('is not used by no-cache, nor past max-age', () => {
    expect(judgeUnknown(belief, { noCache: true }, 1_000)).toBe('expired')
    expect(judgeUnknown(belief, { maxAgeMs: 5_000 }, 6_000)).toBe('fresh')
    expect(judgeUnknown(belief, { maxAgeMs: 5_000 }, 6_001)).toBe('expired')
  })
})
