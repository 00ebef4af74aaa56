import { describe, expect, test } from 'vitest'

import { Problem } from './problem.ts'
import { requestWishes } from './request-wishes.ts'

const NOW = 1_000
const DEADLINE_MS = 2_000

const wishesOf = (headers: { cacheControl?: string; timeoutMs?: string }) =>
  requestWishes({ cacheControl: undefined, timeoutMs: undefined, ...headers }, NOW, DEADLINE_MS)

test('a caller without wishes gets the configured deadline', () => {
  expect(wishesOf({})).toEqual({ deadlineMs: 3_000 })
})

describe('X-Request-Timeout-Ms', () => {
  test.each([
    ['1', 1_001],
    ['250', 1_250],
    ['10000', 11_000],
  ])('%s sets the deadline', (timeoutMs, deadlineMs) => {
    expect(wishesOf({ timeoutMs })).toEqual({ deadlineMs })
  })

  test.each(['10001', '99999999999', '9007199254740993'])('%s is as good as 10000', (timeoutMs) => {
    expect(wishesOf({ timeoutMs })).toEqual({ deadlineMs: 11_000 })
  })

  test.each(['', '0', '-1', '1.5', '1e3', '0x10', 'abc', '100ms', '100, 200'])(
    '%j is refused',
    (timeoutMs) => {
      expect(() => wishesOf({ timeoutMs })).toThrow(
        new Problem(
          'invalid-request',
          'X-Request-Timeout-Ms: expected a whole number of milliseconds, 1 to 10000',
        ),
      )
    },
  )
})

describe('Cache-Control', () => {
  test.each([
    ['no-cache', { noCache: true }],
    ['only-if-cached', { onlyIfCached: true }],
    ['max-age=0', { maxAgeMs: 0 }],
    ['max-age=60', { maxAgeMs: 60_000 }],
    ['max-age="60"', { maxAgeMs: 60_000 }],
    ['stale-if-error=300', { staleIfErrorMs: 300_000 }],
    ['NO-CACHE,  Stale-If-Error=1', { noCache: true, staleIfErrorMs: 1_000 }],
    ['no-store, max-stale=5, max-age=1, x="a', { maxAgeMs: 1_000 }],
    ['', {}],
  ])('%j is understood', (cacheControl, wishes) => {
    expect(wishesOf({ cacheControl })).toEqual({ deadlineMs: 3_000, ...wishes })
  })

  test('a number of seconds beyond every age is as good as none', () => {
    const { maxAgeMs } = wishesOf({ cacheControl: `max-age=${'9'.repeat(30)}` })
    expect(maxAgeMs).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
  })

  test.each([
    ['max-age', 'max-age'],
    ['max-age=', 'max-age'],
    ['max-age=-1', 'max-age'],
    ['max-age=1.5', 'max-age'],
    ['max-age=1h', 'max-age'],
    ['no-cache, stale-if-error=abc', 'stale-if-error'],
  ])('%j is refused', (cacheControl, name) => {
    expect(() => wishesOf({ cacheControl })).toThrow(
      new Problem(
        'invalid-request',
        `Cache-Control: expected ${name}=SECONDS, a whole number of seconds`,
      ),
    )
  })
})
