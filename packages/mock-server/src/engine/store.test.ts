import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { TagStore } from './store.ts'

const device = '6E1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F6'
const account = fc.constantFrom('user-1', 'user-2', '__proto__', device)
const tags = fc.array(fc.constantFrom('a', 'b', 'c', 'constructor'), { maxLength: 5 })

const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), account, tags }),
  fc.record({ kind: fc.constant('delete' as const), account }),
  fc.record({ kind: fc.constant('reset' as const) }),
  fc.record({ kind: fc.constant('add' as const), account, tags }),
  fc.record({ kind: fc.constant('replace' as const), account, tags }),
)

describe('a store of tags', () => {
  test('counts who has which tag, whatever was done before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const seed = new Map([
          ['user-1', ['a', 'a', 'b']],
          [device, ['c']],
        ])
        const store = new TagStore(seed)
        for (const each of steps) {
          if (each.kind === 'set') store.set(each.account, each.tags)
          if (each.kind === 'delete') store.delete(each.account)
          if (each.kind === 'reset') store.reset()
          if (each.kind === 'add') store.add(new Map([[each.account, each.tags]]))
          if (each.kind === 'replace') store.reset(new Map([[each.account, each.tags]]))
        }
        const inUse = new Set(store.users().flatMap((user) => store.tagsOf(user) ?? []))
        expect(store.usage.distinctTags).toBe(inUse.size)
        for (const tag of ['a', 'b', 'c', 'constructor']) {
          const holders = store.users().filter((user) => store.tagsOf(user)?.includes(tag))
          const devices = holders.filter((user) => user === device).length
          expect(store.usage.holdersOf(tag)).toEqual({
            'user-id': holders.length - devices,
            'registration-id': devices,
          })
        }
      }),
    )
  })

  test('keeps its tags when the arrays that they came in are changed', () => {
    const first = ['a']
    const second = ['b']
    const third = ['c']
    const store = new TagStore({ 'user-1': first })
    first.push('x')
    expect(store.tagsOf('user-1')).toEqual(['a'])
    store.set('user-1', second)
    second.push('x')
    expect(store.tagsOf('user-1')).toEqual(['b'])
    store.reset(new Map([['user-1', third]]))
    third.push('x')
    expect(store.tagsOf('user-1')).toEqual(['c'])
    store.reset()
    expect(store.tagsOf('user-1')).toEqual(['a'])
  })

  test('goes back to the users it was created with', () => {
    const store = new TagStore({ 'user-1': ['a'] })
    store.set('user-1', ['b'])
    store.set('user-2', ['c'])
    store.reset()
    expect(store.users()).toEqual(['user-1'])
    expect(store.tagsOf('user-1')).toEqual(['a'])
    expect(store.usage.distinctTags).toBe(1)
  })
})
