import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { RateWindow, TrailingSecond } from './rate-window.ts'

/** Moments in the order in which they come, close enough together that many share a second. */
const moments = fc
  .array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 })
  .map((gapsMs) => runningSums(gapsMs))

describe('a trailing second', () => {
  test('counts the moments of (now − 1000 ms, now], whatever came before', () => {
    fc.assert(
      fc.property(moments, (momentsMs) => {
        const second = new TrailingSecond()
        for (const [index, nowMs] of momentsMs.entries()) {
          second.add(nowMs)
          const within = momentsMs.slice(0, index + 1).filter((ms) => ms > nowMs - 1000)
          expect(second.count(nowMs)).toBe(within.length)
        }
      }),
    )
  })

  test('stays exact when it has dropped thousands of moments', () => {
    const second = new TrailingSecond()
    for (let nowMs = 0; nowMs < 20_000; nowMs += 1) {
      second.add(nowMs)
      expect(second.count(nowMs)).toBe(Math.min(nowMs + 1, 1000))
    }
  })
})

describe('a rate window', () => {
  test('admits as many calls as it says and not one more, then again when the first is a second old', () => {
    const window = new RateWindow()
    const admitted = Array.from({ length: 101 }, () => window.admit(0, 100))
    expect(admitted.filter(Boolean)).toHaveLength(100)
    expect(window.admit(999.9, 100)).toBe(false)
    expect(window.admit(1000, 100)).toBe(true)
  })

  test('never admits more than its rate in any trailing second, and refuses only when it is full', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 10 }), (momentsMs, rate) => {
        const window = new RateWindow()
        const admittedMs: number[] = []
        for (const nowMs of momentsMs) {
          const before = admittedMs.filter((ms) => ms > nowMs - 1000).length
          const isAdmitted = window.admit(nowMs, rate)
          expect(isAdmitted).toBe(before < rate)
          if (isAdmitted) admittedMs.push(nowMs)
        }
      }),
    )
  })
})

function runningSums(numbers: readonly number[]): number[] {
  let sum = 0
  return numbers.map((number) => (sum += number))
}
