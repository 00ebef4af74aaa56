import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { heapBytes } from '../../../mock-server/tests/support/heap.ts'
import { UserIndex } from './user-index.ts'

/** By the seed 1. */
const TWO_OF_A_HASH = ['user-543986', 'user-842800'] as const

/** Columns of integers are outside of the heap, where a collection frees what the one before it has found. */
function columnBytes(): number {
  heapBytes()
  heapBytes()
  return process.memoryUsage().arrayBuffers
}

describe('UserIndex', () => {
  test('agrees with a plain Map on every order of entering and striking out', () => {
    const user = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'xiaoming', '用户'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    )
    const step = fc.record({ act: fc.constantFrom('add', 'remove', 'look'), user })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(2 ** 32 - 1), (steps, seed) => {
        const index = new UserIndex(seed)
        const model = new Map<string, number>()
        let rooms = 0
        for (const { act, user: name } of steps) {
          const room = model.get(name)
          if (act === 'add' && room === undefined) {
            index.add(name, rooms)
            model.set(name, rooms)
            rooms += 1
          } else if (act === 'remove' && room !== undefined) {
            index.remove(room)
            model.delete(name)
          }
          expect(index.find(name)).toBe(model.get(name))
        }
        for (const [name, room] of model) {
          expect(index.find(name)).toBe(room)
          expect(index.user(room)).toBe(name)
        }
      }),
    )
  })

  test('finds each of 200,000 users, and nobody who has left', () => {
    const users = 200_000
    const index = new UserIndex(1)
    for (let user = 0; user < users; user += 1) index.add(`user-${user}`, user)
    for (let user = 0; user < users; user += 2) index.remove(user)
    let found = 0
    for (let user = 0; user < users; user += 1) {
      const room = index.find(`user-${user}`)
      if (room === (user % 2 === 0 ? undefined : user)) found += 1
    }
    expect(found).toBe(users)
  })

  test('tells users apart whose ids have the same hash', () => {
    const index = new UserIndex(1)
    const [one, other] = TWO_OF_A_HASH
    index.add(one, 0)
    expect(index.find(other)).toBeUndefined()
    index.add(other, 1)
    expect([one, other].map((user) => index.find(user))).toEqual([0, 1])
    index.remove(0)
    expect([one, other].map((user) => index.find(user))).toEqual([undefined, 1])
  })

  test('gives a room to somebody else, and forgets everyone at once', () => {
    const index = new UserIndex()
    index.add('xiaoming', 0)
    index.remove(0)
    expect(index.user(0)).toBe('')
    index.add('xiaohong', 0)
    expect([index.find('xiaoming'), index.find('xiaohong')]).toEqual([undefined, 0])
    index.clear()
    expect(index.find('xiaohong')).toBeUndefined()
    for (let user = 0; user < 100; user += 1) index.add(`user-${user}`, user)
    for (let user = 0; user < 100; user += 1) expect(index.find(`user-${user}`)).toBe(user)
  })

  test('grows with how many are there, and not with how many pass through', () => {
    const index = new UserIndex()
    index.add('xiaoming', 0)
    const before = columnBytes()
    for (let round = 0; round < 500_000; round += 1) {
      index.add('xiaohong', 1)
      index.remove(1)
    }
    expect(columnBytes() - before).toBeLessThan(500_000)
    // Until here it is not collected itself.
    expect(index.find('xiaoming')).toBe(0)
  })
})
