import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { everySequence } from '../../tests/support/every-sequence.ts'
import { RetryBudget } from './retry-budget.ts'

const takeAll = (budget: RetryBudget, now: number): number => {
  let taken = 0
  while (taken < 100 && budget.take(now)) taken += 1
  return taken
}

describe('RetryBudget', () => {
  test('allows three retries before any call has earned one', () => {
    expect(takeAll(new RetryBudget(), 0)).toBe(3)
  })

  test('allows a retry for every five calls', () => {
    const budget = new RetryBudget()
    takeAll(budget, 0)
    for (let call = 0; call < 4; call += 1) budget.earn(0)
    expect(takeAll(budget, 0)).toBe(0)
    budget.earn(0)
    expect(takeAll(budget, 0)).toBe(1)
  })

  test('saves up ten and no more, however many calls there were', () => {
    const budget = new RetryBudget()
    for (let call = 0; call < 10_000; call += 1) budget.earn(call)
    expect(takeAll(budget, 10_000)).toBe(10)
  })

  test('gives its floor of three back over ten seconds without calls, and no more than that', () => {
    const budget = new RetryBudget()
    takeAll(budget, 0)
    expect(takeAll(budget, 3_333)).toBe(0)
    expect(takeAll(budget, 3_334)).toBe(1)
    expect(takeAll(budget, 3_334 + 10_000)).toBe(3)
    expect(takeAll(budget, 1e9)).toBe(3)
  })

  test('takes nothing away from what was saved above the floor while time passes', () => {
    const budget = new RetryBudget()
    for (let call = 0; call < 25; call += 1) budget.earn(0)
    expect(takeAll(budget, 3_600_000)).toBe(8)
  })

  test('agrees with a count in tenths on every sequence of seven events', () => {
    for (const sequence of everySequence(['earn', 'take', 'second'], 7)) {
      const budget = new RetryBudget()
      let tenths = 30
      for (const [index, event] of sequence.entries()) {
        const now = sequence.slice(0, index + 1).filter((past) => past === 'second').length * 1_000
        if (event === 'second') {
          tenths = Math.max(tenths, Math.min(30, tenths + 3))
        } else if (event === 'earn') {
          budget.earn(now)
          tenths = Math.min(100, tenths + 2)
        } else {
          const isTaken = budget.take(now)
          // Sums of tenths are not exact: at the bound itself a retry may fall on either side.
          expect([tenths >= 10, tenths > 10]).toContain(isTaken)
          if (isTaken) tenths -= 10
        }
      }
    }
  })

  test('allows at most a fifth of the calls, the floor and what it refills, whatever the order', () => {
    const step = fc.record({ calls: fc.nat(30), pauseMs: fc.nat(3_000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new RetryBudget()
        let [now, earned, taken] = [0, 0, 0]
        for (const { calls, pauseMs } of steps) {
          now += pauseMs
          for (let call = 0; call < calls; call += 1) budget.earn(now)
          earned += calls
          taken += takeAll(budget, now)
          expect(taken).toBeLessThanOrEqual(0.2 * earned + 3 + (0.3 * now) / 1_000 + 1e-6)
        }
      }),
    )
  })
})
