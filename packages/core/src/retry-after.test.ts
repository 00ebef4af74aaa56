import { describe, expect, test } from 'vitest'

import { retryAfterMs } from './retry-after.ts'

const nowMs = Date.UTC(2026, 10, 23, 5, 42, 0)

describe('retryAfterMs', () => {
  test.each([
    ['0', 0],
    ['30', 30_000],
    ['Mon, 23 Nov 2026 05:42:07 GMT', 7000],
    ['Mon, 23 Nov 2026 05:41:00 GMT', 0],
  ])('reads %j as %i ms', (header, expectedMs) => {
    expect(retryAfterMs(header, nowMs)).toBe(expectedMs)
  })

  test.each([
    undefined,
    '',
    'soon',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '30 s',
    '9999999999',
    '2026-11-23T05:42:07Z',
    'Mon, 99 Nov 2026 05:42:07 GMT',
    'Mon, 23 Nov 2026 05:42:07 CET',
  ])('makes nothing of %j', (header) => {
    expect(retryAfterMs(header, nowMs)).toBeUndefined()
  })
})
