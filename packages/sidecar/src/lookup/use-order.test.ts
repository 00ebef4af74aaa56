import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { UseOrder } from './use-order.ts'

/** An order whose rooms remember in which age they were used, as the cache's do. */
class Rooms {
  /** By room: how many bytes had been put in when it was used last. */
  readonly lastUse = new Map<number, number>()
  readonly pushedOut: number[] = []
  moves = 0
  readonly order: UseOrder
  readonly #ages = new Map<number, number>()
  #putBytes = 0

  constructor(maxBytes: number) {
    this.order = new UseOrder({
      maxBytes,
      onPushedOut: (room) => {
        this.pushedOut.push(room)
        this.onPushedOut(room)
      },
    })
  }

  onPushedOut: (room: number) => void = (room) => this.lastUse.delete(room)

  put(room: number, bytes = 1): void {
    this.#putBytes += bytes
    this.lastUse.set(room, this.#putBytes)
    this.#ages.set(room, this.order.age)
    this.order.put(room, bytes)
  }

  use(room: number): void {
    if (!this.lastUse.has(room)) return
    this.lastUse.set(room, this.#putBytes)
    if (this.#ages.get(room) === this.order.age) return
    this.#ages.set(room, this.order.age)
    this.order.moveToBack(room)
    this.moves += 1
  }
}

describe('UseOrder', () => {
  test('pushes nobody out who was used an age after somebody who stays', () => {
    const step = fc.record({
      act: fc.constantFrom('put', 'use', 'use', 'use'),
      room: fc.nat(60),
      bytes: fc.constantFrom(1, 1, 2, 20),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 300, maxLength: 600 }), (steps) => {
        const maxBytes = 80
        const rooms = new Rooms(maxBytes)
        // It ends with the put that is one too many.
        const ageMaxBytes = maxBytes / 8 + 20
        rooms.onPushedOut = (gone) => {
          const itsUse = rooms.lastUse.get(gone) ?? 0
          rooms.lastUse.delete(gone)
          for (const use of rooms.lastUse.values())
            expect(itsUse).toBeLessThanOrEqual(use + ageMaxBytes)
        }
        for (const { act, room, bytes } of steps) {
          if (act === 'put') rooms.put(room, bytes)
          else rooms.use(room)
        }
        expect(rooms.order.size).toBe(rooms.lastUse.size)
      }),
    )
  })

  test('keeps who is used all the time, however many pass through, and moves it once in an age', () => {
    const rooms = new Rooms(100)
    rooms.put(0)
    for (let room = 1; room <= 10_000; room += 1) {
      rooms.put(room)
      rooms.use(0)
    }
    expect(rooms.pushedOut).toHaveLength(9_901)
    expect(rooms.lastUse.has(0)).toBe(true)
    expect(rooms.moves).toBeLessThan(10_000 / (100 / 8))
  })

  test('never holds more bytes than it may, when a room is given others, either', () => {
    const rooms = new Rooms(10)
    for (const room of [1, 2, 3]) rooms.put(room, 3)
    expect([rooms.order.bytes, rooms.order.size]).toEqual([9, 3])
    rooms.put(1, 4)
    expect([rooms.order.bytes, rooms.pushedOut]).toEqual([10, []])
    rooms.put(1, 5)
    expect([rooms.order.bytes, rooms.pushedOut]).toEqual([8, [2]])
    rooms.put(1, 10)
    expect([rooms.order.bytes, rooms.pushedOut]).toEqual([10, [2, 3]])
    expect([10, 11].map((bytes) => rooms.order.fits(bytes))).toEqual([true, false])
  })

  test('says of nobody who was taken out that it was pushed out', () => {
    const rooms = new Rooms(10)
    for (const room of [1, 2, 3]) rooms.put(room, 3)
    rooms.order.remove(2)
    rooms.put(3, 2)
    expect([rooms.order.bytes, rooms.order.size]).toEqual([5, 2])
    rooms.order.clear()
    expect([rooms.order.bytes, rooms.order.size, rooms.pushedOut]).toEqual([0, 0, []])
  })
})
