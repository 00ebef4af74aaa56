import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, inWords, lookupOver } from './support/lookup-under-test.ts'
import { recordingUpstream, unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('guarantee 2: one fetch in flight for a user', () => {
  test('10,000 requests for one cold user make one call with one user in it', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    const asked = Array.from({ length: 10_000 }, () => ask(lookup, ['xiaoming']))
    await vi.advanceTimersByTimeAsync(100)
    const words = (await Promise.all(asked)).map(([outcome]) => inWords(outcome))
    expect(words[0]).toBe('fetched ["tag of xiaoming"]')
    expect(new Set(words.slice(1))).toEqual(new Set(['coalesced ["tag of xiaoming"]']))
    expect(upstream.calls.map((call) => call.users)).toEqual([['xiaoming']])
  })

  test('a request that comes while the call is under way joins it', async () => {
    const upstream = recordingUpstream(() => ({ latencyMs: 500 }))
    const lookup = lookupOver(upstream)
    const first = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(400)
    const second = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(200)
    expect([inWords((await first)[0]), inWords((await second)[0])]).toEqual([
      'fetched ["tag of xiaoming"]',
      'coalesced ["tag of xiaoming"]',
    ])
    expect(upstream.calls).toHaveLength(1)
  })

  test('a user named twice in a request is fetched once and answered twice', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    const asked = ask(lookup, ['xiaoming', 'xiaohong', 'xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    // It joined nobody else's fetch.
    expect((await asked).map(inWords)).toEqual([
      'fetched ["tag of xiaoming"]',
      'fetched ["tag of xiaohong"]',
      'fetched ["tag of xiaoming"]',
    ])
    expect(upstream.calls.map((call) => call.users)).toEqual([['xiaoming', 'xiaohong']])
  })

  test('a failure is told to every waiter and not remembered', async () => {
    const upstream = recordingUpstream((_users, call) =>
      call <= 3 ? { error: unreachable() } : {},
    )
    const lookup = lookupOver(upstream)
    const asked = [ask(lookup, ['xiaoming']), ask(lookup, ['xiaoming'])]
    await vi.advanceTimersByTimeAsync(1_500)
    expect((await Promise.all(asked)).map(([outcome]) => inWords(outcome))).toEqual([
      'upstream-unreachable',
      'upstream-unreachable',
    ])
    const again = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    expect(inWords((await again)[0])).toBe('fetched ["tag of xiaoming"]')
  })

  test('a caller who leaves cancels nothing for the others', async () => {
    const upstream = recordingUpstream(() => ({ latencyMs: 200 }))
    const lookup = lookupOver(upstream)
    const leaver = new AbortController()
    const left = ask(lookup, ['xiaoming'], { callerLeft: () => leaver.signal })
    await vi.advanceTimersByTimeAsync(50)
    const stays = ask(lookup, ['xiaoming'])
    leaver.abort()
    await left
    await vi.advanceTimersByTimeAsync(200)
    expect(inWords((await stays)[0])).toBe('coalesced ["tag of xiaoming"]')
    expect(upstream.calls).toHaveLength(1)
  })

  test('a user whose every caller has left before the slot opened costs no call', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { callsPerSecond: 1 })
    const first = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    const leaver = new AbortController()
    const left = ask(lookup, ['xiaohong'], { callerLeft: () => leaver.signal })
    leaver.abort()
    await vi.advanceTimersByTimeAsync(3_000)
    await Promise.all([first, left])
    expect(upstream.calls.map((call) => call.users)).toEqual([['xiaoming']])
  })

  test('a caller who has left before anything began is let go at once', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream)
    const [outcome] = await ask(lookup, ['xiaoming'], { callerLeft: () => AbortSignal.abort() })
    expect(outcome?.kind).toBe('failed')
  })
})
