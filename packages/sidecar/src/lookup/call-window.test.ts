import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { CallWindow } from './call-window.ts'

describe('CallWindow', () => {
  test('lets the share start at once and makes the next wait out the window', () => {
    const window = new CallWindow(3)
    for (const now of [0, 1, 2]) {
      expect(window.waitMs(now)).toBe(0)
      window.record(now)
    }
    expect(window.waitMs(3)).toBe(1_002)
    expect(window.waitMs(1_004)).toBe(1)
    expect(window.waitMs(1_005)).toBe(0)
  })

  test('holds one call for a share below one a second, and stretches the window', () => {
    const window = new CallWindow(0.25)
    window.record(0)
    expect(window.waitMs(4_004)).toBe(1)
    expect(window.waitMs(4_005)).toBe(0)
  })

  test('rounds a share with a fraction down', () => {
    const window = new CallWindow(2.9)
    window.record(0)
    window.record(0)
    expect(window.waitMs(0)).toBe(1_005)
  })

  test('never lets more than the share into any trailing second, whenever calls want to start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 120 }),
        (share, pauses) => {
          const window = new CallWindow(share)
          const starts: number[] = []
          let now = 0
          for (const pause of pauses) {
            now += pause
            now += window.waitMs(now)
            window.record(now)
            starts.push(now)
          }
          for (const end of starts) {
            const within = starts.filter((start) => start > end - 1_000 && start <= end)
            expect(within.length).toBeLessThanOrEqual(share)
          }
        },
      ),
    )
  })

  test('counts the calls of the last second, the one a second ago no more', () => {
    const window = new CallWindow(10)
    for (const now of [0, 1, 500]) window.record(now)
    expect([999, 1_000, 1_001, 1_500].map((now) => window.callsInLastSecond(now))).toEqual([
      3, 2, 1, 0,
    ])
  })

  test('tells the most calls any trailing second held since it was last asked', () => {
    const window = new CallWindow(10)
    for (const now of [0, 100, 200]) window.record(now)
    expect(window.takeHighest(5_000)).toBe(3)
    expect(window.takeHighest(5_000)).toBe(0)
    window.record(5_100)
    expect(window.takeHighest(5_100)).toBe(1)
    expect(window.takeHighest(5_200)).toBe(1)
  })
})
