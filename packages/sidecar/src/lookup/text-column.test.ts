import fc from 'fast-check'
import { expect, test } from 'vitest'

import { TextColumn } from './text-column.ts'

test('TextColumn holds at each place what was last set there, and no text where nothing was', () => {
  const place = fc.nat(20_000)
  fc.assert(
    fc.property(fc.array(fc.tuple(place, fc.string())), fc.array(place), (set, looked) => {
      const column = new TextColumn()
      const model = new Map<number, string>()
      for (const [at, text] of set) {
        column.set(at, text)
        model.set(at, text)
      }
      for (const at of [...looked, ...model.keys()])
        expect(column.get(at)).toBe(model.get(at) ?? '')
    }),
  )
})
