import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { answered } from '../tests/support/answered.ts'

describe('whatever the reply', () => {
  /** Few ids, so that entries repeat and lists overlap; among them those that break plain objects. */
  const ids = ['user-1', 'user-2', 'user-3', '__proto__', 'constructor', '用户']
  const id = fc.constantFrom(...ids)
  /** Tags name their owner, so that another user's tags would be seen. */
  const entry = id.chain((user) =>
    fc.record(
      {
        To_Account: fc.constant(user),
        Tags: fc.oneof(
          { weight: 4, arbitrary: fc.array(fc.constantFrom(`${user}:a`, `${user}:b`)) },
          fc.constant(null),
          fc.constantFrom('x', 1, {}, [1], ['x', null]),
        ),
      },
      { requiredKeys: ['To_Account'] },
    ),
  )
  const refusal = fc.record(
    { To_Account: id, ErrorCode: fc.oneof(fc.constantFrom(70107, 70402), fc.jsonValue()) },
    { requiredKeys: ['To_Account'] },
  )
  const reply = fc.record({
    asked: fc.shuffledSubarray(ids, { minLength: 1 }),
    UserTags: fc.array(fc.oneof({ weight: 9, arbitrary: entry }, fc.jsonValue())),
    ErrorList: fc.array(fc.oneof({ weight: 9, arbitrary: refusal }, fc.jsonValue())),
  })
  const settings = { seed: 20_261_123, numRuns: 1000 }

  test('each user asked for is in exactly one of the two maps, and nobody else is', () => {
    fc.assert(
      fc.property(reply, ({ asked, ...lists }) => {
        const { tags, errors } = answered(lists, asked)
        expect([...tags.keys(), ...errors.keys()].sort()).toEqual([...asked].sort())
      }),
      settings,
    )
  })

  test('nobody gets tags that the reply does not list for exactly that user', () => {
    fc.assert(
      fc.property(reply, ({ asked, ...lists }) => {
        for (const [user, tags] of answered(lists, asked).tags) {
          for (const tag of tags) expect(tag.startsWith(`${user}:`)).toBe(true)
        }
      }),
      settings,
    )
  })

  test('the order of the entries makes no difference', () => {
    fc.assert(
      fc.property(reply, fc.infiniteStream(fc.nat()), ({ asked, UserTags, ErrorList }, dice) => {
        const shuffled = { UserTags: shuffle(UserTags, dice), ErrorList: shuffle(ErrorList, dice) }
        expect(answered(shuffled, asked)).toEqual(answered({ UserTags, ErrorList }, asked))
      }),
      settings,
    )
  })
})

function shuffle<T>(items: readonly T[], dice: Iterator<number>): T[] {
  return items
    .map((item) => ({ item, place: Number(dice.next().value) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
