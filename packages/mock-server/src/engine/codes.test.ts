import { describe, expect, test } from 'vitest'

import { codes, textOf } from './codes.ts'

/** The codes of document 1047/34348 and its older editions, hundred by hundred. */
const documented: readonly (readonly [number, string])[] = [
  [60000, '2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 25 26 27 28'],
  [70000, '1 2 3 4 5 6 7 8 9 10 13 14 15 16 17 18 19 20 50 51 52'],
  [70100, '1 2 3 4 5 6 7 13 14 15 40 45 69'],
  [70200, '1 2 3 4 5 6 7 8 9 10 11 12 13 14 21 22 25 31 36'],
  [70300, '8 46 47 48 62 98 99'],
  [70400, '1 2 3 4'],
  [70500, '0'],
  [71000, '0'],
  [72000, '0 1 2 10 11 12'],
  [90000, '1 3 9 12 18 28 29 30 32 33 34 35 40 45 48 57'],
  [90900, '92 94 95'],
  [91000, '0'],
]

describe('the catalogue of codes', () => {
  test('has every documented code and no other', () => {
    const expected = documented.flatMap(([hundred, rest]) =>
      rest.split(' ').map((number) => hundred + Number(number)),
    )
    expect([...codes.keys()].sort((a, b) => a - b)).toEqual(expected)
  })

  test('has a text for each, and none for any other', () => {
    expect([...codes.values()]).not.toContain('')
    expect(textOf(60022)).toBe('')
  })
})
