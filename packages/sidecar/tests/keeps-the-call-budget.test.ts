import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, lookupOver, numbered } from './support/lookup-under-test.ts'
import { mostCallsInAnySecond, recordingUpstream } from './support/recording-upstream.ts'

const PATIENCE = { timeout: 15_000, interval: 1 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const patient = { deadlineMs: 1e9 }

describe('guarantee 1: never more calls in a trailing second than the share, never over 100 users in a call', () => {
  test.each([1, 3, 20, 100, 250])(
    'with a share of %i a second and every slot wanted',
    async (share) => {
      const upstream = recordingUpstream()
      const lookup = lookupOver(upstream, { callsPerSecond: share })
      void ask(lookup, numbered(share * 250), patient)
      await vi.advanceTimersByTimeAsync(3_000)
      const most = mostCallsInAnySecond(upstream.calls)
      expect(most).toBeLessThanOrEqual(share)
      expect(most).toBeGreaterThanOrEqual(Math.floor(share * 0.9))
      expect(Math.max(...upstream.calls.map((call) => call.users.length))).toBe(100)
    },
  )

  test('with a share below one a second', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { callsPerSecond: 0.5 })
    void ask(lookup, numbered(2_000), patient)
    await vi.advanceTimersByTimeAsync(20_000)
    const starts = upstream.calls.map((call) => call.startedAtMs)
    const gaps = starts.slice(1).map((startMs, index) => startMs - (starts[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000)
    expect(starts.length).toBeGreaterThanOrEqual(9)
  })

  test('with bursts after idle seconds', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    for (let burst = 0; burst < 5; burst += 1) {
      await vi.advanceTimersByTimeAsync(1_500)
      void ask(lookup, numbered(12_000, burst * 12_000), patient)
      await vi.advanceTimersByTimeAsync(400)
    }
    await vi.advanceTimersByTimeAsync(8_000)
    expect(mostCallsInAnySecond(upstream.calls)).toBeLessThanOrEqual(100)
    expect(upstream.calls).toHaveLength(600)
  })

  test('when the wall clock, which the limiter reads, steps forward', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    void ask(lookup, numbered(60_000), patient)
    for (let step = 0; step < 8; step += 1) {
      await vi.advanceTimersByTimeAsync(250)
      vi.setSystemTime(Date.now() + 3_600_000)
    }
    await vi.advanceTimersByTimeAsync(10_000)
    expect(mostCallsInAnySecond(upstream.calls)).toBeLessThanOrEqual(100)
    expect(upstream.calls).toHaveLength(600)
  })

  // In real time: only a loop that is really blocked makes every timer overdue at once.
  test('through stalls of the event loop, after which every timer is overdue', async () => {
    vi.useRealTimers()
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    const asked = ask(lookup, numbered(18_000), { deadlineMs: performance.now() + 60_000 })
    for (let stall = 0; stall < 3; stall += 1) {
      const calls = upstream.calls.length + 10
      await vi.waitUntil(() => upstream.calls.length >= calls, PATIENCE)
      const untilMs = performance.now() + 300
      while (performance.now() < untilMs);
    }
    await asked
    expect(mostCallsInAnySecond(upstream.calls)).toBeLessThanOrEqual(100)
    lookup.close()
  })

  test('with extra calls, which wait for room like any other', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { callsPerSecond: 10 })
    void ask(lookup, numbered(5_000), patient)
    const extras: number[] = []
    const takeMany = Array.from({ length: 20 }, () =>
      lookup.takeExtraCall().then(() => extras.push(performance.now())),
    )
    await vi.advanceTimersByTimeAsync(20_000)
    await Promise.all(takeMany)
    const all = [
      ...upstream.calls,
      ...extras.map((startedAtMs) => ({ startedAtMs, endedAtMs: 0, users: [] })),
    ]
    expect(mostCallsInAnySecond(all)).toBeLessThanOrEqual(10)
    expect(extras).toHaveLength(20)
  })

  test('never with more calls in flight than allowed', async () => {
    let inFlight = 0
    let mostInFlight = 0
    const lookup = lookupOver(
      {
        calls: [],
        load: async () => {
          inFlight += 1
          mostInFlight = Math.max(mostInFlight, inFlight)
          await new Promise((resolve) => setTimeout(resolve, 1_000))
          inFlight -= 1
          return { tags: new Map(), errors: new Map() }
        },
      },
      { maxConcurrentCalls: 4 },
    )
    void ask(lookup, numbered(3_000), patient)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(mostInFlight).toBe(4)
  })

  test('and a batch holds no more users than the setting allows', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { batchMaxUsers: 7 })
    void ask(lookup, numbered(50), patient)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(upstream.calls.map((call) => call.users.length)).toEqual([7, 7, 7, 7, 7, 7, 7, 1])
  })
})
