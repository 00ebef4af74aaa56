import fc from 'fast-check'
import { expect, test } from 'vitest'

import { IntColumn } from './int-column.ts'

test('IntColumn holds at each place what was last set there, and 0 where nothing was', () => {
  const place = fc.nat(20_000)
  fc.assert(
    fc.property(fc.array(fc.tuple(place, fc.maxSafeInteger())), fc.array(place), (set, looked) => {
      const column = new IntColumn()
      const model = new Map<number, number>()
      for (const [at, value] of set) {
        column.set(at, value | 0)
        model.set(at, value | 0)
      }
      for (const at of [...looked, ...model.keys()]) expect(column.get(at)).toBe(model.get(at) ?? 0)
    }),
  )
})
