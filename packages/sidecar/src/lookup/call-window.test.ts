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

  test('tells the most calls that any trailing second held which ended after a moment, whoever else asks', () => {
    const window = new CallWindow(10)
    for (const now of [0, 100, 200, 3_000, 3_100, 4_500]) window.record(now)
    const highest = [-1, 199, 200, 3_099, 3_100, 4_500].map((since) =>
      window.highestSince(since, 6_000),
    )
    expect(highest).toEqual([3, 3, 2, 2, 1, 0])
    expect(window.highestSince(4_500, 4_600)).toBe(1)
  })

  test('tells neither more nor fewer than there were, whenever calls start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 20_000 }),
        (share, pauses, sinceMs) => {
          const window = new CallWindow(share)
          const starts: number[] = []
          let now = 0
          let highest = 0
          for (const pause of pauses) {
            now += pause
            now += window.waitMs(now)
            window.record(now)
            starts.push(now)
            const calls = starts.filter((start) => start > now - 1_000).length
            if (now > sinceMs) highest = Math.max(highest, calls)
          }
          const later = now + 1_000
          expect(window.highestSince(sinceMs, later)).toBe(highest)
        },
      ),
    )
  })
})
