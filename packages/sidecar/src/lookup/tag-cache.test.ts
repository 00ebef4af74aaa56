import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { heapBytes } from '../../../mock-server/tests/support/heap.ts'
import { TagCache } from './tag-cache.ts'

const windows = {
  ttlMs: 60_000,
  ttlJitter: 0,
  staleWhileRevalidateMs: 30_000,
  staleIfErrorMs: 3_600_000,
  unknownTtlMs: 30_000,
}

function cacheOf(maxBytes: number): TagCache {
  return new TagCache({ maxBytes, windows, random: () => 0.5 })
}

describe('TagCache', () => {
  test('keeps tags as JSON text with the times they were fetched at and are fresh until', () => {
    const cache = cacheOf(1e6)
    cache.store('xiaoming', cache.knownEntry(['Gold "1"', '用户'], 5_000))
    expect(cache.get('xiaoming')).toEqual({
      kind: 'known',
      tagsJson: '["Gold \\"1\\"","用户"]',
      fetchedAtMs: 5_000,
      wasRead: false,
      freshUntilMs: 65_000,
    })
  })

  test('tells whether a user was read since it was fetched', () => {
    const cache = cacheOf(1e6)
    const wasRead = (user: string): boolean | undefined => cache.peek(user)?.wasRead
    for (const user of ['xiaoming', 'xiaohong']) cache.store(user, cache.knownEntry(['a'], 0))
    cache.noteRead('xiaoming')
    cache.noteRead('ghost')
    expect(['xiaoming', 'xiaohong', 'ghost'].map(wasRead)).toEqual([true, false, undefined])
    cache.store('xiaoming', cache.knownEntry(['a'], 1))
    expect(wasRead('xiaoming')).toBe(false)
  })

  test('keeps fresh times of 45 days, the longest that can be set, to the millisecond', () => {
    const ttlMs = 30 * 86_400_000
    const cache = new TagCache({
      maxBytes: 1e6,
      windows: { ...windows, ttlMs, ttlJitter: 0.5 },
      random: () => 1,
    })
    cache.store('xiaoming', cache.knownEntry(['a'], 0.25))
    expect(cache.get('xiaoming')?.freshUntilMs).toBe(1.5 * ttlMs + 0.25)
  })

  test('takes back the room of users who are replaced, forgotten or pushed out', () => {
    const cache = cacheOf(500_000)
    const round = (number: number): void => {
      for (let user = 0; user < 1_000; user += 1)
        cache.store(`user-${user}`, cache.knownEntry([`${'x'.repeat(100)}${number}`], 0))
      for (let user = number; user < 2_000; user += 3) cache.delete(`user-${user}`)
      for (let user = 1_000; user < 2_000; user += 1)
        cache.store(`user-${user}`, cache.knownEntry(['a'], 0))
    }
    round(0)
    const before = heapBytes()
    for (let number = 1; number <= 60; number += 1) round(number)
    expect(heapBytes() - before).toBeLessThan(500_000)
  })

  test('tells a user without tags from an unknown one', () => {
    const cache = cacheOf(1e6)
    cache.store('xiaoming', cache.knownEntry([], 0))
    cache.store('ghost', cache.unknownEntry(0))
    expect(cache.get('xiaoming')).toMatchObject({ kind: 'known', tagsJson: '[]' })
    expect(cache.get('ghost')).toEqual({ kind: 'unknown', fetchedAtMs: 0, freshUntilMs: 30_000 })
    expect(cache.get('user-1')).toBeUndefined()
  })

  test('replaces what was believed before, in both directions', () => {
    const cache = cacheOf(1e6)
    cache.store('xiaoming', cache.knownEntry(['a'], 0))
    cache.store('xiaoming', cache.unknownEntry(1))
    expect(cache.get('xiaoming')?.kind).toBe('unknown')
    cache.store('xiaoming', cache.knownEntry(['b'], 2))
    expect(cache.get('xiaoming')).toMatchObject({ kind: 'known', tagsJson: '["b"]' })
    expect(cache.entries).toBe(1)
  })

  test('stays within its bytes, whatever is stored', () => {
    const cache = cacheOf(100_000)
    for (let user = 0; user < 5_000; user += 1) {
      cache.store(`user-${user}`, cache.knownEntry(['x'.repeat(user % 300)], 0))
      expect(cache.bytes).toBeLessThanOrEqual(100_000)
    }
    expect(cache.get('user-4999')).toBeDefined()
    expect(cache.get('user-0')).toBeUndefined()
  })

  test('does not let unknown accounts push out known users', () => {
    const cache = cacheOf(100_000)
    for (let user = 0; user < 100; user += 1)
      cache.store(`user-${user}`, cache.knownEntry(['a'], 0))
    for (let ghost = 0; ghost < 50_000; ghost += 1)
      cache.store(`ghost-${ghost}`, cache.unknownEntry(0))
    for (let user = 0; user < 100; user += 1) expect(cache.get(`user-${user}`)?.kind).toBe('known')
    expect(cache.entries).toBeLessThan(200)
  })

  test('keeps no user longer for having been peeked at', () => {
    const cache = cacheOf(1_000)
    const store = (user: string): void => cache.store(user, cache.knownEntry(['x'], 0))
    for (const user of ['user-1', 'user-2', 'user-3']) store(user)
    expect(cache.peek('user-1')).toBeDefined()
    cache.get('user-2')
    store('user-4')
    expect(['user-1', 'user-2'].map((user) => cache.peek(user) !== undefined)).toEqual([
      false,
      true,
    ])
  })

  test('does not keep an entry that is larger than the whole cache', () => {
    const cache = cacheOf(1_000)
    cache.store('user-1', cache.knownEntry(['x'.repeat(5_000)], 0))
    expect(cache.get('user-1')).toBeUndefined()
    expect(cache.bytes).toBe(0)
  })

  test('agrees with a plain Map on every order of storing and forgetting', () => {
    const user = fc.constantFrom('__proto__', 'constructor', 'xiaoming', '用户')
    const step = fc.oneof(
      fc.record({ act: fc.constant('known' as const), user, tag: fc.string({ maxLength: 3 }) }),
      fc.record({ act: fc.constant('unknown' as const), user }),
      fc.record({ act: fc.constant('delete' as const), user }),
      fc.record({ act: fc.constant('clear' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const cache = cacheOf(1e6)
        const model = new Map<string, string>()
        for (const taken of steps) {
          switch (taken.act) {
            case 'known':
              cache.store(taken.user, cache.knownEntry([taken.tag], 0))
              model.set(taken.user, JSON.stringify([taken.tag]))
              break
            case 'unknown':
              cache.store(taken.user, cache.unknownEntry(0))
              model.set(taken.user, 'unknown')
              break
            case 'delete':
              expect(cache.delete(taken.user)).toBe(model.delete(taken.user))
              break
            case 'clear':
              expect(cache.clear()).toBe(model.size)
              model.clear()
              break
          }
          expect(cache.entries).toBe(model.size)
          for (const [name, expected] of model) {
            const entry = cache.get(name)
            expect(entry?.kind === 'known' ? entry.tagsJson : entry?.kind).toBe(expected)
          }
        }
      }),
    )
  })
})
