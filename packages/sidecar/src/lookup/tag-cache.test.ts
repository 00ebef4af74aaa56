import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { heapBytes } from '../../../mock-server/tests/support/heap.ts'
import type { CacheEntry } from './cache-entry.ts'
import { RideAlong } from './ride-along.ts'
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

/** Reads a user as a request does. */
function read(cache: TagCache, user: string): CacheEntry | undefined {
  const entry = cache.get(user)
  if (entry?.kind === 'known') cache.noteRead(entry)
  return entry
}

describe('TagCache', () => {
  test('keeps tags as JSON text with the times they were fetched at and are fresh until', () => {
    const cache = cacheOf(1e6)
    // The second and the third time they are kept as everybody's.
    for (const user of ['user-1', 'xiaohong', 'xiaoming']) {
      cache.store(user, cache.knownEntry(['Gold "1"', '用户'], 5_000))
      expect(cache.get(user)).toMatchObject({
        kind: 'known',
        tagsJson: '["Gold \\"1\\"","用户"]',
        fetchedAtMs: 5_000,
        freshUntilMs: 65_000,
        wasRead: false,
      })
    }
  })

  test('tells whether a user was read since it was fetched', () => {
    const cache = cacheOf(1e6)
    const wasRead = (user: string): unknown => Reflect.get(read(cache, user) ?? {}, 'wasRead')
    for (const user of ['xiaoming', 'xiaohong']) cache.store(user, cache.knownEntry(['a'], 0))
    expect(['xiaoming', 'xiaoming', 'xiaohong'].map(wasRead)).toEqual([false, true, false])
    // Its room changes each time, and the first is given again.
    for (const fetchedAtMs of [1, 2, 3]) {
      cache.store('xiaoming', cache.knownEntry(['a'], fetchedAtMs))
      expect(['xiaoming', 'xiaohong'].map(wasRead)).toEqual([false, true])
    }
  })

  test('offers a seat once for each fetch to users who were read since, and to nobody who was forgotten or pushed out', () => {
    const cache = new TagCache({
      maxBytes: 1_000,
      windows,
      random: () => 0.5,
      rideAlong: new RideAlong(60_000),
    })
    const store = (user: string): void => cache.store(user, cache.knownEntry([], 0))
    for (const user of ['xiaoming', 'xiaohong', 'ghost', 'user-1']) store(user)
    for (const user of ['xiaoming', 'ghost', 'user-1']) read(cache, user)
    // Its room is xiaoming's from here on.
    cache.delete('ghost')
    store('xiaoming')
    expect([...cache.riders(30_000)]).toEqual(['user-1'])
    expect([...cache.riders(30_000)]).toEqual([])
    read(cache, 'xiaoming')
    for (let user = 2; user < 9; user += 1) store(`user-${user}`)
    expect([...cache.riders(30_000)]).toEqual([])
  })

  test('offers seats whoever comes in between, and to nobody once all were forgotten', () => {
    const cache = new TagCache({
      maxBytes: 1e6,
      windows,
      random: () => 0.5,
      rideAlong: new RideAlong(60_000),
    })
    const users = ['xiaoming', 'xiaohong', 'user-1']
    for (const user of users) {
      cache.store(user, cache.knownEntry([], 0))
      read(cache, user)
    }
    cache.store('user-2', cache.knownEntry([], 0))
    expect([...cache.riders(30_000)].toSorted()).toEqual(users.toSorted())
    for (const user of users) {
      cache.store(user, cache.knownEntry([], 0))
      read(cache, user)
    }
    cache.clear()
    expect([...cache.riders(30_000)]).toEqual([])
  })

  test('keeps fresh times of 45 days, the longest that can be set, to the millisecond', () => {
    const ttlMs = 30 * 86_400_000
    const cache = new TagCache({
      maxBytes: 1e6,
      windows: { ...windows, ttlMs, ttlJitter: 0.5, staleIfErrorMs: ttlMs },
      random: () => 1,
    })
    cache.store('xiaoming', cache.knownEntry(['a'], 0.25))
    expect(cache.get('xiaoming')?.freshUntilMs).toBe(1.5 * ttlMs + 0.25)
  })

  test('takes back the room of users who are replaced, forgotten, one or all, or pushed out', () => {
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
    for (let number = 1; number <= 60; number += 1) {
      cache.clear()
      round(number)
    }
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

  test('pushes out who was read least recently', () => {
    const cache = cacheOf(1_000)
    const store = (user: string): void => cache.store(user, cache.knownEntry(['x'], 0))
    for (const user of ['user-1', 'user-2', 'user-3', 'user-4']) store(user)
    read(cache, 'user-1')
    store('user-5')
    expect(['user-1', 'user-2'].map((user) => cache.get(user) !== undefined)).toEqual([true, false])
  })

  test('does not keep an entry that is larger than the whole cache', () => {
    const cache = cacheOf(1_000)
    cache.store('user-1', cache.knownEntry(['x'.repeat(5_000)], 0))
    expect(cache.get('user-1')).toBeUndefined()
    expect(cache.bytes).toBe(0)
  })

  test('agrees with a plain Map on every order of storing, reading and forgetting, and on who may ride along', () => {
    const user = fc.constantFrom('__proto__', 'constructor', 'xiaoming', '用户')
    const tags = fc.array(fc.oneof(fc.constantFrom('a', 'b'), fc.string({ maxLength: 3 })))
    const step = fc.oneof(
      fc.record({ act: fc.constant('known' as const), user, tags }),
      fc.record({ act: fc.constant('unknown' as const), user }),
      fc.record({ act: fc.constant('read' as const), user }),
      fc.record({ act: fc.constant('delete' as const), user }),
      fc.record({ act: fc.constant('clear' as const) }),
      fc.record({ act: fc.constant('ride' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const cache = new TagCache({
          maxBytes: 1e6,
          windows,
          random: () => 0.5,
          rideAlong: new RideAlong(60_000),
        })
        const model = new Map<string, string>()
        const [unread, readers] = [new Set<string>(), new Set<string>()]
        for (const taken of steps) {
          if ('user' in taken && taken.act !== 'read') {
            unread.delete(taken.user)
            readers.delete(taken.user)
          }
          switch (taken.act) {
            case 'known':
              cache.store(taken.user, cache.knownEntry(taken.tags, 0))
              model.set(taken.user, JSON.stringify(taken.tags))
              unread.add(taken.user)
              break
            case 'unknown':
              cache.store(taken.user, cache.unknownEntry(0))
              model.set(taken.user, 'unknown')
              break
            case 'read':
              // Twice, as of a user that is named twice in a request.
              read(cache, taken.user)
              if (unread.delete(taken.user)) readers.add(taken.user)
              break
            case 'delete':
              expect(cache.delete(taken.user)).toBe(model.delete(taken.user))
              break
            case 'clear':
              expect(cache.clear()).toBe(model.size)
              for (const all of [model, unread, readers]) all.clear()
              break
            case 'ride':
              expect([...cache.riders(1)].toSorted()).toEqual([...readers].toSorted())
              readers.clear()
          }
          expect(cache.entries).toBe(model.size)
          for (const [name, expected] of model) {
            const found = cache.get(name)
            expect(found?.kind === 'known' ? found.tagsJson : found?.kind).toBe(expected)
          }
        }
      }),
    )
  })
})
