import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { RateAlgorithm } from './rate-limiter.ts'
import { createRateLimiter, rateAlgorithms } from './rate-limiter.ts'

/** Moments in the order in which they come, close enough together that many share a second. */
const moments = fc
  .array(fc.integer({ min: 0, max: 400 }), { maxLength: 150 })
  .map((gapsMs) => runningSums(gapsMs))

/** Whether there is room at `nowMs` after these admissions: what each algorithm promises. */
const models: Readonly<
  Record<RateAlgorithm, (admittedMs: readonly number[], nowMs: number, rate: number) => boolean>
> = {
  sliding: (admittedMs, nowMs, rate) => admittedMs.filter((ms) => ms > nowMs - 1000).length < rate,
  fixed: (admittedMs, nowMs, rate) =>
    admittedMs.filter((ms) => Math.floor(ms / 1000) === Math.floor(nowMs / 1000)).length < rate,
  // No stretch that ends now holds more than a bucketful and what the stretch brings.
  bucket: (admittedMs, nowMs, rate) =>
    [...admittedMs, nowMs].every((fromMs) => {
      const within = admittedMs.filter((ms) => ms >= fromMs).length
      return (within + 1) * 1000 <= rate * 1000 + rate * (nowMs - fromMs)
    }),
}

describe.each(rateAlgorithms)('a limiter that is %s', (algorithm) => {
  test('lets 100 calls of a second pass, refuses the 101st and takes 100 more in the next', () => {
    const limiter = createRateLimiter(algorithm)
    const admittedAt = (nowMs: number): number =>
      Array.from({ length: 101 }, () => limiter.admit(nowMs, 100)).filter(Boolean).length
    expect(admittedAt(5000)).toBe(100)
    expect(admittedAt(5000)).toBe(0)
    expect(admittedAt(6000)).toBe(100)
  })

  test('admits a call if and only if there is room, whatever came before', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 10 }), (momentsMs, rate) => {
        const limiter = createRateLimiter(algorithm)
        const admittedMs: number[] = []
        for (const nowMs of momentsMs) {
          const hasRoom = models[algorithm](admittedMs, nowMs, rate)
          expect(limiter.admit(nowMs, rate)).toBe(hasRoom)
          if (hasRoom) admittedMs.push(nowMs)
        }
      }),
    )
  })
})

test('the algorithms differ in what they let pass after a late burst', () => {
  const passed = rateAlgorithms.map((algorithm) => {
    const limiter = createRateLimiter(algorithm)
    const burst = (nowMs: number): number =>
      Array.from({ length: 100 }, () => limiter.admit(nowMs, 100)).filter(Boolean).length
    return [algorithm, burst(900), burst(1100)]
  })
  expect(passed).toEqual([
    ['sliding', 100, 0],
    ['fixed', 100, 100],
    ['bucket', 100, 20],
  ])
})

function runningSums(numbers: readonly number[]): number[] {
  let sum = 0
  return numbers.map((number) => (sum += number))
}
