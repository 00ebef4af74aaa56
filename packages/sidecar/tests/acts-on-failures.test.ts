import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { askSteadily, lookupWith } from './support/failing-lookup.ts'
import { ask, inWords, numbered } from './support/lookup-under-test.ts'
import { refusedWith, unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const CREDENTIALS = refusedWith(70_009)
const THROTTLED = refusedWith(60_007)

describe('guarantee 8: wrong credentials', () => {
  test.each([70_009, 70_050, 90_009, 60_021])(
    'make at most two calls in the first minute, then one a minute, however many ask (%i)',
    async (code) => {
      const { lookup, upstream, behaves } = lookupWith()
      behaves(() => ({ error: refusedWith(code) }))
      const startMs = performance.now()
      const burst = numbered(64).map((user) => ask(lookup, [user]))
      await askSteadily(lookup, { everyMs: 500, forMs: 300_000, prefix: 'later' })
      expect((await burst[0])?.map(inWords)).toEqual(['upstream-credentials'])
      const minutes = upstream.calls.map((call) =>
        Math.floor((call.startedAtMs - startMs) / 60_000),
      )
      expect(minutes).toEqual([0, 1, 2, 3, 4])
    },
  )

  test('are noticed after a time when they were right: only the calls under way are made', async () => {
    const { lookup, upstream, behaves } = lookupWith()
    await askSteadily(lookup, { everyMs: 20, forMs: 1_000, prefix: 'before' })
    behaves(() => ({ latencyMs: 30, error: CREDENTIALS }))
    const wrongMs = performance.now()
    await askSteadily(lookup, { everyMs: 20, forMs: 30_000, prefix: 'after' })
    const made = upstream.calls.filter((call) => call.startedAtMs >= wrongMs)
    expect(made.length).toBeLessThanOrEqual(3)
    expect(Math.max(...made.map((call) => call.startedAtMs)) - wrongMs).toBeLessThan(60)
  })

  test('do not make known users fail: they are answered with what is cached', async () => {
    const { lookup, behaves } = lookupWith()
    const warm = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    await warm
    behaves(() => ({ error: CREDENTIALS }))
    await vi.advanceTimersByTimeAsync(3_600_000)
    const first = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(500)
    expect((await first).map(inWords)).toEqual(['stale ["tag of xiaoming"]'])
    expect((await ask(lookup, ['xiaoming'])).map(inWords)).toEqual(['stale ["tag of xiaoming"]'])
  })
})

describe('an upstream that fails now and then', () => {
  test('is asked again for at most a fifth of the calls', async () => {
    const { lookup, upstream, behaves } = lookupWith()
    await askSteadily(lookup, { everyMs: 20, forMs: 1_000, prefix: 'warm' })
    let call = 0
    behaves(() => {
      call += 1
      return call % 5 < 2 ? { error: unreachable() } : {}
    })
    const before = upstream.calls.length
    await askSteadily(lookup, { everyMs: 20, forMs: 60_000, prefix: 'user' })
    // Each user is asked for by one request: whom a second call is made for is retried.
    const seen = new Set<string>()
    let retries = 0
    for (const { users } of upstream.calls.slice(before)) {
      if (users.every((user) => seen.has(user))) retries += 1
      for (const user of users) seen.add(user)
    }
    const calls = upstream.calls.length - before
    expect(calls).toBeGreaterThan(2_500)
    expect(retries).toBeLessThanOrEqual(0.2 * calls + 3)
    expect(retries).toBeGreaterThan(0.1 * calls)
  })

  test('is asked again three times where there were no calls to earn a retry', async () => {
    const { lookup, upstream, behaves } = lookupWith({ callsPerSecond: 1_000, batchMaxUsers: 1 })
    await askSteadily(lookup, { everyMs: 20, forMs: 400, prefix: 'warm' })
    const asked = ask(lookup, numbered(9))
    behaves(() => ({ error: unreachable() }))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(new Set((await asked).map(inWords))).toEqual(new Set(['upstream-unreachable']))
    expect(upstream.calls.slice(20).length).toBeGreaterThan(9)
  })
})

describe('a throttling upstream', () => {
  test('gets half the calls, once for calls that were under way together, and nobody fails', async () => {
    const { lookup, upstream, behaves, callsSince } = lookupWith({ batchMaxUsers: 1 })
    await askSteadily(lookup, { everyMs: 20, forMs: 400, prefix: 'warm' })
    const startMs = performance.now()
    behaves(() => ({ latencyMs: 100, error: THROTTLED }))
    const asked = ask(lookup, numbered(150), { deadlineMs: startMs + 9_000 })
    await vi.advanceTimersByTimeAsync(99)
    behaves(() => ({ latencyMs: 30 }))
    await vi.advanceTimersByTimeAsync(9_000)
    const throttled = upstream.calls.filter(({ error }) => error === THROTTLED)
    expect(throttled.length).toBeGreaterThanOrEqual(8)
    expect((await asked).every((outcome) => outcome.kind === 'known')).toBe(true)
    const fromMs = startMs + 200
    const next = callsSince(fromMs).length - callsSince(fromMs + 1_000).length
    // Half of 95, climbing by a twentieth a second.
    expect(next).toBeLessThanOrEqual(52)
    expect(next).toBeGreaterThan(40)
  })

  test('that goes on throttling gets a tenth of the calls, and no fewer', async () => {
    const { lookup, behaves, callsSince } = lookupWith({ batchMaxUsers: 1 })
    behaves(() => ({ latencyMs: 30, error: THROTTLED }))
    const startMs = performance.now()
    void ask(lookup, numbered(50), { deadlineMs: startMs + 60_000 })
    await vi.advanceTimersByTimeAsync(30_000)
    const calls = callsSince(startMs + 10_000).length
    expect(calls / 20).toBeLessThan(20)
    expect(calls / 20).toBeGreaterThanOrEqual(9)
  })
})
