import { describe, expect, test } from 'vitest'

import { Rooms } from './rooms.ts'
import { TagTexts } from './tag-texts.ts'

const GUEST = { text: '["a"]', fetchedAtMs: 0.25, freshForMs: 4e9, age: 0 }

describe('Rooms', () => {
  test('says of a room once in an age that it is used for the first time, whether it was read or not', () => {
    const rooms = new Rooms(new TagTexts())
    const room = rooms.take()
    rooms.put(room, { ...GUEST, age: 7 })
    const uses = (age: number): boolean[] => [rooms.use(room, age), rooms.use(room, age)]
    expect(uses(7)).toEqual([false, false])
    rooms.noteRead(room)
    for (const age of [8, 2 ** 31 - 1, 0]) expect(uses(age)).toEqual([true, false])
    expect(rooms.entry(room)).toMatchObject({ wasRead: true, freshUntilMs: 4e9 + 0.25 })
    rooms.put(room, GUEST)
    expect(rooms.entry(room).wasRead).toBe(false)
  })

  test('gives the rooms that were given back again before it makes new ones', () => {
    const rooms = new Rooms(new TagTexts())
    const taken = Array.from({ length: 5_000 }, () => rooms.take())
    expect(new Set(taken).size).toBe(5_000)
    for (const room of [17, 4_200]) rooms.giveBack(room)
    expect(new Set([rooms.take(), rooms.take()])).toEqual(new Set([17, 4_200]))
    expect(rooms.take()).toBe(5_000)
    rooms.clear()
    expect(rooms.take()).toBe(0)
  })
})
