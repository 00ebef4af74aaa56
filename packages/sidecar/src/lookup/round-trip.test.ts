import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { RoundTrip } from './round-trip.ts'

const after = (...durationsMs: readonly number[]): RoundTrip => {
  const roundTrip = new RoundTrip()
  for (const durationMs of durationsMs) roundTrip.answered(durationMs)
  return roundTrip
}

describe('RoundTrip', () => {
  test('guesses until a call was answered', () => {
    expect([after().meanMs, after().likelyMs]).toEqual([50, 100])
  })

  test('takes the first answer at its word', () => {
    expect([after(400).meanMs, after(400).likelyMs]).toEqual([400, 800])
  })

  test('moves by an eighth of the error, its deviation by a quarter', () => {
    expect(after(400, 480).meanMs).toBe(410)
    expect(after(400, 480).likelyMs).toBe(410 + 2 * (200 + (80 - 200) / 4))
    expect(after(400, 320).meanMs).toBe(390)
    expect(after(400, 320).likelyMs).toBe(390 + 2 * (200 + (80 - 200) / 4))
  })

  test('comes to believe a steady upstream exactly, and a changed one soon', () => {
    const steady = Array.from({ length: 60 }, () => 30)
    expect(after(...steady).likelyMs).toBeCloseTo(30, 3)
    const slower = Array.from({ length: 30 }, () => 300)
    expect(after(...steady, ...slower).meanMs).toBeGreaterThan(290)
  })

  test('believes in no mean that no call had, and in no likely time below it', () => {
    const duration = fc.integer({ min: 1, max: 4_000 })
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), (durations) => {
        const { meanMs, likelyMs } = after(...durations)
        expect(meanMs).toBeGreaterThanOrEqual(Math.min(...durations) - 1e-6)
        expect(meanMs).toBeLessThanOrEqual(Math.max(...durations) + 1e-6)
        expect(likelyMs).toBeGreaterThanOrEqual(meanMs)
      }),
    )
  })
})
