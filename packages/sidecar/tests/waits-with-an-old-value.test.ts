import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { lookupWith, pauseCalls } from './support/failing-lookup.ts'
import { ask, inWords, numbered, defaultWindows } from './support/lookup-under-test.ts'
import { refusedWith, unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const REQUEST = refusedWith(90_001)

describe('a user with an old value', () => {
  const windows = { ...defaultWindows, staleWhileRevalidateMs: 0 }
  async function withOldValue() {
    const told: string[] = []
    const onChange = ({ event }: { event: string }): void => void told.push(event)
    const parts = lookupWith({ windows, callsPerSecond: 10, onChange })
    const warm = ask(parts.lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(61_000)
    await warm
    return { ...parts, told }
  }

  test('is waited for as long as the next slot and a call are likely to take, then told the old value', async () => {
    const { lookup, behaves } = await withOldValue()
    behaves(() => ({ latencyMs: 1_000 }))
    const startMs = performance.now()
    const answer = ask(lookup, ['xiaoming']).then(([outcome]) => [
      inWords(outcome),
      performance.now() - startMs,
    ])
    await vi.advanceTimersByTimeAsync(1_000)
    // A slot each 105 ms; one call so far, of 30 ms, and half as much again twice.
    expect(await answer).toEqual(['stale ["tag of xiaoming"]', 165])
  })

  test('whose fetch failed a moment ago is fetched again for no-cache, and for nothing less', async () => {
    const { lookup, behaves, upstream } = await withOldValue()
    behaves(() => ({ latencyMs: 30, error: REQUEST }))
    const first = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(200)
    await first
    const calls = upstream.calls.length
    expect((await ask(lookup, ['xiaoming'])).map(inWords)).toEqual(['stale ["tag of xiaoming"]'])
    behaves(() => ({}))
    const anew = ask(lookup, ['xiaoming'], { noCache: true, staleIfErrorMs: 3_600_000 })
    await vi.advanceTimersByTimeAsync(200)
    expect((await anew).map(inWords)).toEqual(['fetched ["tag of xiaoming"]'])
    expect(upstream.calls).toHaveLength(calls + 1)
  })

  test('is fetched as usual once a limiter that the wall clock silenced was replaced, which is told', async () => {
    const { lookup, told } = await withOldValue()
    for (let round = 0; round < 3; round += 1) {
      void ask(lookup, ['xiaoming'], { noCache: true })
      await vi.advanceTimersByTimeAsync(50)
    }
    vi.setSystemTime(Date.now() - 3_600_000)
    for (let round = 0; round < 5; round += 1) {
      void ask(lookup, ['xiaoming'], { noCache: true })
      await vi.advanceTimersByTimeAsync(1_000)
    }
    const answer = ask(lookup, ['xiaohong'])
    await vi.advanceTimersByTimeAsync(200)
    expect((await answer).map(inWords)).toEqual(['fetched ["tag of xiaohong"]'])
    expect(told).toEqual(['limiter-replaced'])
  })
})

describe('a refresh', () => {
  test('goes to the front as soon as somebody waits for it', async () => {
    const { lookup } = lookupWith({ callsPerSecond: 10, batchMaxUsers: 1 })
    const warm = ask(lookup, numbered(10), { deadlineMs: performance.now() + 5_000 })
    await vi.advanceTimersByTimeAsync(62_000)
    await warm
    expect((await ask(lookup, numbered(10))).map((outcome) => outcome.kind)).toEqual(
      numbered(10).map(() => 'known'),
    )
    const startMs = performance.now()
    const waiting = ask(lookup, ['user-9'], { noCache: true }).then(
      () => performance.now() - startMs,
    )
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await waiting).toBeLessThan(300)
  })

  test('that failed is not made again for a second, then two, then four, however often the user is read', async () => {
    const windows = { ...defaultWindows, staleWhileRevalidateMs: 60_000 }
    const { lookup, behaves, callsSince } = lookupWith({ windows })
    const warm = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(61_000)
    await warm
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    const startMs = performance.now()
    for (let read = 0; read < 700; read += 1) {
      expect((await ask(lookup, ['xiaoming'])).map(inWords)).toEqual(['stale ["tag of xiaoming"]'])
      await vi.advanceTimersByTimeAsync(10)
    }
    const atS = callsSince(startMs).map((call) => Math.floor((call.startedAtMs - startMs) / 1_000))
    expect(atS).toEqual([0, 1, 3])
  })

  test('is forgone while calls are paused: the probe is for somebody who waits', async () => {
    const { lookup, behaves, upstream } = lookupWith()
    const warm = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(61_000)
    await warm
    behaves(() => ({ latencyMs: 30, error: unreachable() }))
    await pauseCalls(lookup)
    await ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(1_000)
    void ask(lookup, ['xiaohong'])
    await vi.advanceTimersByTimeAsync(100)
    expect(upstream.calls.at(-1)?.users).toEqual(['xiaohong'])
  })
})
