import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ManualClock, SystemClock } from './clock.ts'

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 5000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test("tells the machine's time, a test's fake time included", () => {
    const clock = new SystemClock()
    const startMs = clock.monotonicMs()
    vi.advanceTimersByTime(250)
    expect(clock.wallMs()).toBe(5250)
    expect(clock.monotonicMs() - startMs).toBe(250)
  })

  test('moves both of its times when it is advanced', () => {
    const clock = new SystemClock()
    const startMs = clock.monotonicMs()
    clock.advance(86_400_000)
    expect(clock.wallMs()).toBe(86_405_000)
    expect(clock.monotonicMs() - startMs).toBe(86_400_000)
  })
})

describe('the manual clock', () => {
  test('stands still until it is advanced', () => {
    const clock = new ManualClock(1000)
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1000, 0])
    clock.advance(500)
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1500, 500])
  })
})

test.for([-1, Number.NaN, Infinity])('no clock can be advanced by %d ms', (ms) => {
  for (const clock of [new ManualClock(), new SystemClock()]) {
    expect(() => clock.advance(ms)).toThrow(RangeError)
  }
})
