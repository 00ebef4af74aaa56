import { describe, expect, test } from 'vitest'

import { AHEAD_MS_MAX, AppClock, ClockError } from './app-clock.ts'
import { ManualClock } from './clock.ts'

function setUp(): { shared: ManualClock; clock: AppClock; both: () => [number, number] } {
  const shared = new ManualClock(1_000_000)
  const clock = new AppClock(shared)
  return { shared, clock, both: () => [clock.wallMs(), clock.monotonicMs()] }
}

describe('an app’s clock', () => {
  test('goes with the shared one, ahead of it by what it was advanced', () => {
    const { shared, clock, both } = setUp()
    clock.advance(500)
    shared.advance(20)
    expect(both()).toEqual([1_000_520, 520])
    expect(clock.advancedMs).toBe(500)
    expect(shared.wallMs()).toBe(1_000_020)
  })

  test('goes back when it is reset, but for its monotonic time', () => {
    const { clock, both } = setUp()
    clock.advance(500)
    clock.reset()
    expect(both()).toEqual([1_000_000, 500])
    clock.advance(3)
    expect(both()).toEqual([1_000_003, 503])
  })

  test('can be put ahead by a given time, and both its times follow', () => {
    const { clock, both } = setUp()
    clock.advance(100)
    clock.reset(700)
    expect(both()).toEqual([1_000_700, 700])
    expect(clock.advancedMs).toBe(700)
  })

  test('is never advanced by less than nothing', () => {
    expect(() => setUp().clock.advance(-1)).toThrow(RangeError)
  })

  test('is never ahead by more than ten years in all, and stays where it is if it were', () => {
    const { clock, both } = setUp()
    clock.advance(AHEAD_MS_MAX - 1)
    const before = both()
    expect(() => clock.advance(2)).toThrow(ClockError)
    for (const ms of [AHEAD_MS_MAX + 1, -1, NaN]) {
      expect(() => clock.reset(ms)).toThrow(ClockError)
    }
    expect(both()).toEqual(before)
    clock.advance(1)
    expect(clock.advancedMs).toBe(AHEAD_MS_MAX)
  })
})
