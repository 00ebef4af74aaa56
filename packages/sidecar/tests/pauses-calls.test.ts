import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { HttpStatusError } from '@tagside/core'
import { askSteadily, lookupWith, pauseCalls } from './support/failing-lookup.ts'
import { ask, inWords, numbered } from './support/lookup-under-test.ts'
import { unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an upstream that is down', () => {
  test('is probed after one second, two, four and four, with one call each', async () => {
    const { lookup, behaves, callsSince } = lookupWith()
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    const pausedMs = await pauseCalls(lookup)
    // A slow probe: whoever comes while it is under way makes no second one.
    behaves(() => ({ latencyMs: 300, error: unreachable() }))
    await askSteadily(lookup, { everyMs: 10, forMs: 12_000, prefix: 'user' })
    const probes = callsSince(pausedMs + 1)
    let pausedFromMs = pausedMs
    const pauses = probes.map(({ startedAtMs, endedAtMs }) => {
      const pause = startedAtMs - pausedFromMs
      pausedFromMs = endedAtMs
      return Math.round(pause / 100) / 10
    })
    expect(pauses).toEqual([1, 2, 4, 4])
  })

  test('is probed no later than without jitter, and at most a fifth sooner', async () => {
    const { lookup, behaves, callsSince } = lookupWith({ random: () => 0.999 })
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    const pausedMs = await pauseCalls(lookup)
    await askSteadily(lookup, { everyMs: 10, forMs: 1_500, prefix: 'user' })
    const [probe] = callsSince(pausedMs + 1)
    expect((probe?.startedAtMs ?? 0) - pausedMs).toBeGreaterThanOrEqual(800)
    expect((probe?.startedAtMs ?? 0) - pausedMs).toBeLessThan(830)
  })

  test('is left alone for four seconds at most, however long Retry-After asks for', async () => {
    const { lookup, behaves, callsSince } = lookupWith()
    const away = { origin: 'http://127.0.0.1', status: 503, retryAfterMs: 600_000 }
    behaves(() => ({ latencyMs: 30, error: new HttpStatusError(away) }))
    const pausedMs = await pauseCalls(lookup)
    await askSteadily(lookup, { everyMs: 10, forMs: 5_000, prefix: 'user' })
    const [probe] = callsSince(pausedMs + 1)
    expect((probe?.startedAtMs ?? 0) - pausedMs).toBeGreaterThanOrEqual(4_000)
    expect((probe?.startedAtMs ?? 0) - pausedMs).toBeLessThan(4_030)
  })

  test('makes misses fail at once, with when to come back, and known users be answered', async () => {
    const { lookup, behaves } = lookupWith()
    const warm = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100_000)
    await warm
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    await pauseCalls(lookup)
    const { shedPaused: shedBefore } = lookup.state()
    const [known, miss] = await ask(lookup, ['xiaoming', 'xiaohong'])
    expect([inWords(known), inWords(miss)]).toEqual([
      'stale ["tag of xiaoming"]',
      'upstream-unavailable',
    ])
    // Both count: for the one with an old value no call was made either.
    const { shedPaused, shedOverloaded } = lookup.state()
    expect([shedPaused - shedBefore, shedOverloaded]).toEqual([2, 0])
    const failure = miss?.kind === 'failed' ? miss.failure : undefined
    expect(failure?.retryable).toBe(true)
    expect(failure?.retryAfterMs).toBeGreaterThan(0)
  })

  test('is waited for while a probe may soon be over; once that hangs misses fail at once, until it is over', async () => {
    const { lookup, behaves, callsSince } = lookupWith()
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    const pausedMs = await pauseCalls(lookup)
    behaves(() => ({ latencyMs: 1_200 }))
    await vi.advanceTimersByTimeAsync(1_000)
    const probe = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(400)
    const early = ask(lookup, ['user-1'])
    await vi.advanceTimersByTimeAsync(200)
    behaves(() => ({}))
    const startMs = performance.now()
    const refused = ask(lookup, ['user-2']).then(([outcome]) => [
      inWords(outcome),
      performance.now() - startMs,
    ])
    expect(callsSince(pausedMs + 1)).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(700)
    expect(await refused).toEqual(['upstream-unavailable', 0])
    expect((await probe).map(inWords)).toEqual(['fetched ["tag of xiaoming"]'])
    expect((await early).map(inWords)).toEqual(['fetched ["tag of user-1"]'])
    const late = ask(lookup, ['user-2'])
    await vi.advanceTimersByTimeAsync(200)
    expect((await late).map(inWords)).toEqual(['fetched ["tag of user-2"]'])
  })

  test('makes everybody in the queue fail at once when calls are paused', async () => {
    const { lookup, behaves } = lookupWith({ callsPerSecond: 10, batchMaxUsers: 1 })
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    const startMs = performance.now()
    const asked = ask(lookup, numbered(50), { deadlineMs: startMs + 9_000 })
    const endedMs = asked.then(() => performance.now() - startMs)
    await vi.advanceTimersByTimeAsync(9_000)
    expect(await endedMs).toBeLessThan(1_000)
    expect((await asked).map(inWords).slice(10)).toEqual(
      Array.from({ length: 40 }, () => 'upstream-unavailable'),
    )
  })

  test('makes those fail at once who were parked behind a call that is answered meanwhile', async () => {
    const { lookup, behaves } = lookupWith()
    await askSteadily(lookup, { everyMs: 20, forMs: 60, prefix: 'warm' })
    behaves(() => ({ latencyMs: 600 }))
    const startMs = performance.now()
    const slow = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(20)
    const parked = ask(lookup, ['xiaoming'], { noCache: true })
    const parkedForMs = parked.then(() => performance.now() - startMs)
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    await pauseCalls(lookup)
    await vi.advanceTimersByTimeAsync(3_000)
    expect((await slow).map(inWords)).toEqual(['fetched ["tag of xiaoming"]'])
    expect((await parked).map(inWords)).toEqual(['upstream-unavailable'])
    expect(await parkedForMs).toBe(600)
  })

  test('gets its calls back over three seconds when it is up again', async () => {
    const { lookup, behaves, callsSince } = lookupWith({ batchMaxUsers: 1 })
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    await pauseCalls(lookup)
    behaves(() => ({ latencyMs: 30 }))
    await vi.advanceTimersByTimeAsync(1_000)
    const probe = ask(lookup, ['probe'])
    await vi.advanceTimersByTimeAsync(40)
    await probe
    const upMs = performance.now()
    for (let round = 0; round < 60; round += 1) {
      void ask(lookup, numbered(20, round * 20))
      await vi.advanceTimersByTimeAsync(100)
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = [0, 1, 2, 3].map(
      (s) => callsSince(upMs + s * 1_000).length - callsSince(upMs + (s + 1) * 1_000).length,
    )
    // The mean factors of these seconds are 0.25, 0.55, 0.85 and 1, of 95 calls a second.
    expect(first).toBeLessThanOrEqual(24)
    expect(first).toBeGreaterThan(12)
    expect(second).toBeLessThanOrEqual(52)
    expect(third).toBeLessThanOrEqual(81)
    expect(third).toBeGreaterThan(60)
    expect(fourth).toBeGreaterThan(85)
  })
})
