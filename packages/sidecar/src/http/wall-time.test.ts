import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { WallTime } from './wall-time.ts'

const BEGINNING = '2026-11-23T05:42:00.123Z'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.parse(BEGINNING) }))
afterEach(() => {
  vi.useRealTimers()
})

test('moments are shown as dates, those near each other and those remembered too', () => {
  const now = performance.now()
  const wall = new WallTime(() => performance.now())
  const moments = [now, now + 1, now + 999, now + 1_024, now + 86_400_000, now]
  expect(moments.map((at) => wall.iso(at))).toEqual(
    moments.map((at) => new Date(Date.parse(BEGINNING) + at - now).toISOString()),
  )
})

test('a moment that was shown is shown anew within a tenth of a second after the wall clock was set', () => {
  const now = performance.now()
  const wall = new WallTime(() => performance.now())
  expect(wall.iso(now)).toBe(BEGINNING)
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(100)
  expect(wall.iso(now)).toBe('2026-11-23T06:42:00.123Z')
})
