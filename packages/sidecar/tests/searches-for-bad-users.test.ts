import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { TagLookup } from '../src/lookup/tag-lookup.ts'
import { lookupWith } from './support/failing-lookup.ts'
import { ask, inWords, numbered } from './support/lookup-under-test.ts'
import { refusedWith, mostCallsInAnySecond, unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const REQUEST = refusedWith(90_001)

describe('one bad user in 100', () => {
  test.each([0, 1, 24, 25, 50, 99])(
    'at place %i costs at most 16 extra calls, and the other 99 are answered',
    async (place) => {
      const { lookup, upstream, behaves } = lookupWith()
      const bad = `user-${place}`
      behaves((users) => (users.includes(bad) ? { error: REQUEST } : {}))
      const asked = ask(lookup, numbered(100))
      await vi.advanceTimersByTimeAsync(2_000)
      const told = (await asked).map(inWords)
      expect(told[place]).toBe('upstream-error')
      expect(told.filter((_, index) => index !== place)).toEqual(
        numbered(100)
          .filter((user) => user !== bad)
          .map((user) => `fetched ["tag of ${user}"]`),
      )
      expect(upstream.calls.length - 1).toBeLessThanOrEqual(16)
    },
  )

  test('costs the others no answer if a call of the search breaks off: they are asked for again', async () => {
    const { lookup, upstream, behaves } = lookupWith()
    const broken: (readonly string[])[] = []
    behaves((users) => {
      if (users.includes('user-50')) return { error: REQUEST }
      if (users.length > 2 || broken.length > 0) return {}
      broken.push(users)
      return { error: unreachable() }
    })
    const asked = ask(lookup, numbered(100))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(broken).toHaveLength(1)
    expect((await asked).filter((outcome) => outcome.kind === 'failed')).toHaveLength(1)
    expect(upstream.calls.length - 1).toBeLessThanOrEqual(16 + 1)
  })

  test('is remembered for a minute: it is refused at once and spoils no other call', async () => {
    const { lookup, upstream, behaves } = lookupWith()
    behaves((users) => (users.includes('user-7') ? { error: REQUEST } : {}))
    const asked = ask(lookup, numbered(100))
    await vi.advanceTimersByTimeAsync(2_000)
    await asked
    const calls = upstream.calls.length
    const again = ask(lookup, ['user-7', 'xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    expect((await again).map(inWords)).toEqual(['upstream-error', 'fetched ["tag of xiaoming"]'])
    expect(upstream.calls.length).toBe(calls + 1)
    behaves(() => ({}))
    await vi.advanceTimersByTimeAsync(60_000)
    const healed = ask(lookup, ['user-7'])
    await vi.advanceTimersByTimeAsync(100)
    expect((await healed).map(inWords)).toEqual(['fetched ["tag of user-7"]'])
  })

  test.each([
    ['it', (lookup: TagLookup) => lookup.invalidate(['user-7'])],
    ['everybody', (lookup: TagLookup) => lookup.invalidateAll()],
  ])('is asked for again before that once %s was invalidated', async (_who, invalidate) => {
    const { lookup, behaves } = lookupWith()
    behaves((users) => (users.includes('user-7') ? { error: REQUEST } : {}))
    const asked = ask(lookup, numbered(100))
    await vi.advanceTimersByTimeAsync(2_000)
    await asked
    behaves(() => ({}))
    invalidate(lookup)
    const again = ask(lookup, ['user-7'])
    await vi.advanceTimersByTimeAsync(100)
    expect((await again).map(inWords)).toEqual(['fetched ["tag of user-7"]'])
  })

  test.each([
    [1, 1],
    [4, 1],
    [10, 2],
    [20, 4],
  ])(
    'with a share of %i calls a second is searched for with at most %i of them',
    async (callsPerSecond, most) => {
      const { lookup, upstream, behaves } = lookupWith({ callsPerSecond })
      behaves((users) => (users.includes('user-50') ? { error: REQUEST } : {}))
      const asked = ask(lookup, numbered(100), { deadlineMs: performance.now() + 60_000 })
      await vi.advanceTimersByTimeAsync(60_000)
      expect((await asked).filter((outcome) => outcome.kind === 'known')).toHaveLength(99)
      expect(mostCallsInAnySecond(upstream.calls.slice(1))).toBe(most)
    },
  )

  test('is not refreshed either while it is left alone', async () => {
    const { lookup, upstream, behaves } = lookupWith()
    const warm = ask(lookup, numbered(100))
    await vi.advanceTimersByTimeAsync(65_000)
    await warm
    behaves((users) => (users.includes('user-50') ? { error: REQUEST } : {}))
    for (let read = 0; read < 200; read += 1) {
      void ask(lookup, numbered(100))
      await vi.advanceTimersByTimeAsync(50)
    }
    const last = upstream.calls.findLast((call) => call.users.includes('user-50'))
    expect((last?.startedAtMs ?? 0) - (upstream.calls[1]?.startedAtMs ?? 0)).toBeLessThan(1_500)
  })

  test('is not searched for where no user is at fault: nine calls say so, and all are told', async () => {
    const { lookup, upstream, behaves } = lookupWith()
    behaves(() => ({ error: REQUEST }))
    const asked = ask(lookup, numbered(100))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(new Set((await asked).map(inWords))).toEqual(new Set(['upstream-error']))
    expect(upstream.calls).toHaveLength(9)
  })
})
