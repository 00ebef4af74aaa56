import { describe, expect, test } from 'vitest'

import { describeErrorCode } from './error-codes.ts'

const codesByClass = {
  retry: [
    60008, 60013, 60014, 70017, 70169, 70201, 70202, 70203, 70205, 70207, 70208, 70212, 70213,
    70222, 70225, 70231, 70308, 70348, 70362, 70401, 70500, 90992, 90994, 90995, 91000,
  ],
  throttled: [60007, 60011, 60018, 60019, 72010],
  'expired-signature': [70001],
  credentials: [
    60004, 60005, 60006, 60010, 60012, 60025, 60026, 70002, 70003, 70004, 70005, 70006, 70007,
    70008, 70009, 70010, 70013, 70014, 70015, 70016, 70018, 70019, 70020, 70050, 70052, 70214,
    70221, 70236, 70346, 70347, 70403, 90009,
  ],
  request: [
    60002, 60003, 60009, 60015, 70101, 70102, 70103, 70104, 70105, 70106, 70107, 70113, 70115,
    70140, 70145, 70204, 70206, 70209, 70210, 70211, 70402, 90001, 90003, 90012, 90018, 90028,
    90029, 90032, 90033, 90034, 90035, 90040, 90048,
  ],
  operator: [
    60016, 60017, 60020, 60021, 60027, 60028, 70051, 70114, 70398, 70399, 70404, 71000, 72000,
    72001, 72002, 72011, 72012, 90045,
  ],
} as const

describe('describeErrorCode', () => {
  test.each(Object.entries(codesByClass))('knows the class %s', (failureClass, codes) => {
    for (const code of codes) expect(describeErrorCode(code)).toMatchObject({ code, failureClass })
  })

  test('knows these codes and no others', () => {
    const known: number[] = []
    for (let code = 59_000; code < 100_000; code += 1) {
      if (describeErrorCode(code).failureClass !== 'unknown') known.push(code)
    }
    expect(known).toEqual(
      Object.values(codesByClass)
        .flat()
        .sort((a, b) => a - b),
    )
  })

  test('has a short meaning and an advice for each', () => {
    for (const code of Object.values(codesByClass).flat()) {
      const { meaning, advice } = describeErrorCode(code)
      expect(meaning).toMatch(/^\S.{5,78}\S$/)
      expect(advice).toMatch(/^[A-Z].{5,98}\.$/)
    }
  })

  test('advises silence after 70050, and the clock after 70001', () => {
    expect(describeErrorCode(70050).advice).toContain('no call for 60 s')
    expect(describeErrorCode(70001).advice).toContain('clock')
  })

  test.each([0, -1, 60022, 60024, 123_456, Number.NaN])('calls %d unknown', (code) => {
    expect(describeErrorCode(code)).toMatchObject({ code, failureClass: 'unknown' })
    expect(describeErrorCode(code).advice).toContain('Repeat once at most')
  })
})
