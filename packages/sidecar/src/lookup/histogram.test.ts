import { expect, test } from 'vitest'

import { Histogram } from './histogram.ts'

test('an observation is in the first bucket whose bound is not below it, or above them all', () => {
  const histogram = new Histogram([1, 10])
  for (const value of [0, 1, 1.001, 10, 10.5, 1e9]) histogram.observe(value)
  expect(histogram.buckets).toEqual([2, 2, 2])
  expect(histogram.count).toBe(6)
  expect(histogram.sum).toBeCloseTo(1_000_000_022.501, 3)
})
