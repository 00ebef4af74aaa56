import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { LastMinute } from './last-minute.ts'

/** A total, and what the memory makes of it. */
function counted() {
  let total = 0
  const minute = new LastMinute(() => total)
  return {
    count: (now: number, times = 1): void => {
      minute.touch(now)
      total += times
    },
    eachSecond: (now: number): readonly number[] => {
      const totals = minute.atBeginnings(now)
      return totals.slice(1).map((later, index) => later - (totals[index] ?? 0))
    },
    sinceAMinute: (now: number): number => total - (minute.atBeginnings(now)[0] ?? 0),
  }
}

describe('LastMinute', () => {
  test('is 60 seconds of nothing at first', () => {
    expect(counted().eachSecond(12_345)).toEqual(Array.from({ length: 60 }, () => 0))
  })

  test('tells what was counted in each whole second, the last one last', () => {
    const { count, eachSecond } = counted()
    count(1_000)
    count(1_999)
    count(3_500, 5)
    expect(eachSecond(4_000).slice(-4)).toEqual([0, 2, 0, 5])
  })

  test('leaves out the second under way, and has it in the total', () => {
    const { count, eachSecond, sinceAMinute } = counted()
    count(4_100, 7)
    expect(eachSecond(4_999).at(-1)).toBe(0)
    expect(sinceAMinute(4_999)).toBe(7)
  })

  test('is right when nobody counted or looked for longer than it remembers', () => {
    const { count, eachSecond, sinceAMinute } = counted()
    count(5_000, 3)
    count(5_000_000, 4)
    expect(sinceAMinute(5_000_000)).toBe(4)
    expect(eachSecond(5_060_999)[0]).toBe(4)
    expect(eachSecond(5_061_000)).toEqual(Array.from({ length: 60 }, () => 0))
  })

  test('has in each second what a list of all moments has, whatever the gaps, and however often somebody looks', () => {
    const step = fc.record({ gapMs: fc.nat({ max: 90_000 }), looks: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { count, eachSecond } = counted()
        const moments: number[] = []
        let now = 0
        for (const { gapMs, looks } of steps) {
          now += gapMs
          if (looks) eachSecond(now)
          count(now)
          moments.push(now)
        }
        const second = Math.floor(now / 1_000)
        const expected = Array.from({ length: 60 }, (_, index) => {
          const wanted = second - 60 + index
          return moments.filter((moment) => Math.floor(moment / 1_000) === wanted).length
        })
        expect(eachSecond(now)).toEqual(expected)
      }),
    )
  })
})
