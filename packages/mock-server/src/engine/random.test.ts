import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createRandom, shuffled } from './random.ts'

describe('the random numbers', () => {
  test('are those of mulberry32', () => {
    const random = createRandom(42)
    const drawn = Array.from({ length: 3 }, random)
    expect(drawn).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099])
  })

  test('lie from 0 to below 1 for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createRandom(seed)
        for (let count = 0; count < 20; count += 1) {
          const number = random()
          expect(number >= 0 && number < 1).toBe(true)
        }
      }),
    )
  })
})

test('random numbers put aside go on where they were', () => {
  const random = createRandom(42)
  random()
  const resumed = createRandom(random.seed())
  expect(Array.from({ length: 5 }, resumed)).toEqual(Array.from({ length: 5 }, random))
})

describe('shuffling', () => {
  test('keeps every item and loses none', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const result = shuffled(items, createRandom(seed))
        expect(result.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b))
      }),
    )
  })

  test('reaches every order', () => {
    const random = createRandom(1)
    const orders = Array.from({ length: 200 }, () => shuffled([1, 2, 3], random).join(''))
    expect(new Set(orders).size).toBe(6)
  })
})
