import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, inWords, lookupOver, numbered } from './support/lookup-under-test.ts'
import { recordingUpstream } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('misses of many requests', () => {
  test('that arrive together go out in one call', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    await vi.advanceTimersByTimeAsync(100)
    const asked = numbered(64).map((user) => ask(lookup, [user]))
    await vi.advanceTimersByTimeAsync(100)
    const answers = await Promise.all(asked)
    expect(answers.map(([outcome]) => inWords(outcome))).toEqual(
      numbered(64).map((user) => `fetched ["tag of ${user}"]`),
    )
    expect(upstream.calls.map((call) => call.users.length)).toEqual([64])
  })

  test('of 1,000 users take ten calls, and none the second time', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    const first = numbered(1_000).map((user) => ask(lookup, [user]))
    await vi.advanceTimersByTimeAsync(1_000)
    await Promise.all(first)
    expect(upstream.calls.map((call) => call.users.length)).toEqual(
      Array.from({ length: 10 }, () => 100),
    )

    const second = await Promise.all(numbered(1_000).map((user) => ask(lookup, [user])))
    expect(second.map(([outcome]) => inWords(outcome))).toEqual(
      numbered(1_000).map((user) => `fresh ["tag of ${user}"]`),
    )
    expect(upstream.calls).toHaveLength(10)
  })

  test('that come while a slot is awaited ride in the batch cut when it opens', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { callsPerSecond: 10 })
    await vi.advanceTimersByTimeAsync(500)
    const asked: Promise<unknown>[] = []
    for (const user of numbered(50)) {
      asked.push(ask(lookup, [user]))
      await vi.advanceTimersByTimeAsync(4)
    }
    await vi.advanceTimersByTimeAsync(1_000)
    await Promise.all(asked)
    expect(upstream.calls.length).toBeLessThanOrEqual(4)
    expect(upstream.calls.flatMap((call) => call.users)).toEqual(numbered(50))
  })

  test.each([100, 300, 500])(
    'of 1,000 users that come within %i ms take at most 22 calls',
    async (withinMs) => {
      const upstream = recordingUpstream()
      const lookup = lookupOver(upstream)
      await vi.advanceTimersByTimeAsync(100)
      const asked: Promise<unknown>[] = []
      for (const [place, user] of numbered(1_000).entries()) {
        setTimeout(() => asked.push(ask(lookup, [user])), (place * withinMs) / 1_000)
      }
      await vi.advanceTimersByTimeAsync(2_000)
      await Promise.all(asked)
      expect(asked).toHaveLength(1_000)
      expect(upstream.calls.length).toBeLessThanOrEqual(22)
    },
  )

  test('that come a few at a time wait for no crowd', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    // The first call proves the credentials; until it is answered there is no second.
    void ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(1_000)
    const waitedMs: number[] = []
    // 250 users a second, for as long as the calls of the last second stay few.
    for (const [place, user] of numbered(100).entries()) {
      setTimeout(() => {
        const askedAtMs = performance.now()
        void ask(lookup, [user]).then(() => waitedMs.push(performance.now() - askedAtMs))
      }, place * 4)
    }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(waitedMs).toHaveLength(100)
    expect(Math.max(...waitedMs)).toBeLessThanOrEqual(30 + 12)
  })

  test('of an idle sidecar start at once: neither linger nor pacing delays the first', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    await vi.advanceTimersByTimeAsync(5_000)
    const askedAtMs = performance.now()
    const asked = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(50)
    await asked
    expect((upstream.calls[0]?.startedAtMs ?? Infinity) - askedAtMs).toBeLessThanOrEqual(1)
  })

  test('of a request for 20,000 users do not hold up one for a single user', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    await vi.advanceTimersByTimeAsync(100)
    const big = ask(lookup, numbered(20_000), { deadlineMs: performance.now() + 10_000 })
    await vi.advanceTimersByTimeAsync(200)
    const askedAtMs = performance.now()
    const small = ask(lookup, ['xiaoming']).then(() => performance.now() - askedAtMs)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await small).toBeLessThan(100)
    expect((await big).every((outcome) => outcome.kind === 'known')).toBe(true)
  })
})

test('a batch of 20,000 users in 20 requests is filled to 90 of 100 or more', async () => {
  vi.useFakeTimers()
  const upstream = recordingUpstream()
  const lookup = lookupOver(upstream)
  const asked = Array.from({ length: 20 }, (_, request) =>
    ask(lookup, numbered(1_000, request * 1_000), { deadlineMs: performance.now() + 10_000 }),
  )
  await vi.advanceTimersByTimeAsync(5_000)
  await Promise.all(asked)
  const meanFill = 20_000 / upstream.calls.length
  expect(meanFill).toBeGreaterThanOrEqual(90)
})
