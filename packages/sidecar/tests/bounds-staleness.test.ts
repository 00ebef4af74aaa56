import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, defaultWindows, inWords, lookupOver } from './support/lookup-under-test.ts'
import { recordingUpstream, unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const windows = { ...defaultWindows, staleIfErrorMs: 300_000 }

/** An upstream that answers once and is unreachable afterwards. */
function dyingUpstream(): ReturnType<typeof recordingUpstream> {
  return recordingUpstream((_users, call) => (call === 1 ? {} : { error: unreachable() }))
}

async function askAndWait(...[lookup, users, wishes]: Parameters<typeof ask>): Promise<string> {
  const asked = ask(lookup, users, wishes)
  await vi.advanceTimersByTimeAsync(2_000)
  return inWords((await asked)[0])
}

describe('guarantee 4: an answer is as fresh as it says', () => {
  test('past ttl a value is answered at once, marked stale, and refreshed behind', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { windows })
    await askAndWait(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(inWords((await ask(lookup, ['xiaoming']))[0])).toBe('stale ["tag of xiaoming"]')
    await vi.advanceTimersByTimeAsync(100)
    expect(upstream.calls).toHaveLength(2)
    expect(inWords((await ask(lookup, ['xiaoming']))[0])).toBe('fresh ["tag of xiaoming"]')
  })

  test('a value past while-revalidate is fetched, and answered stale only when the fetch fails', async () => {
    const lookup = lookupOver(dyingUpstream(), { windows })
    expect(await askAndWait(lookup, ['xiaoming'])).toBe('fetched ["tag of xiaoming"]')
    await vi.advanceTimersByTimeAsync(100_000)
    expect(await askAndWait(lookup, ['xiaoming'])).toBe('stale ["tag of xiaoming"]')
  })

  test('nothing older than ttl + stale-if-error since its last successful fetch is served', async () => {
    const lookup = lookupOver(dyingUpstream(), { windows })
    await askAndWait(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(356_000)
    expect(await askAndWait(lookup, ['xiaoming'])).toBe('stale ["tag of xiaoming"]')
    expect(await askAndWait(lookup, ['xiaoming'])).toBe('upstream-unreachable')
  })

  test('a value that grows too old while its request waits is not served at the end of the wait', async () => {
    const upstream = recordingUpstream((_users, call) => (call === 1 ? {} : { latencyMs: 60_000 }))
    const lookup = lookupOver(upstream, { windows })
    await askAndWait(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(357_000)
    const anew = { noCache: true, staleIfErrorMs: 300_000 }
    expect(await askAndWait(lookup, ['xiaoming'], anew)).toBe('deadline-exceeded')
  })

  test('a failed refresh leaves the age as it was: staleness does not start again', async () => {
    const lookup = lookupOver(dyingUpstream(), {
      windows: { ...windows, staleWhileRevalidateMs: 300_000 },
    })
    await askAndWait(lookup, ['xiaoming'])
    for (let minute = 0; minute < 5; minute += 1) {
      await vi.advanceTimersByTimeAsync(60_000)
      expect(await askAndWait(lookup, ['xiaoming'])).toMatch(/^(fresh|stale) /)
    }
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await askAndWait(lookup, ['xiaoming'])).toBe('upstream-unreachable')
  })

  test('an unknown account is believed for its time, then asked for again', async () => {
    const upstream = recordingUpstream(() => ({ unknownUsers: new Set(['ghost']) }))
    const lookup = lookupOver(upstream)
    expect(await askAndWait(lookup, ['ghost'])).toBe('fetched unknown')
    expect(await askAndWait(lookup, ['ghost'])).toBe('fresh unknown')
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await askAndWait(lookup, ['ghost'])).toBe('fetched unknown')
    expect(upstream.calls).toHaveLength(2)
  })

  test('with ttl and stale times of zero nothing is served twice, and callers still share a fetch', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, {
      windows: { ...windows, ttlMs: 0, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 },
    })
    const together = [ask(lookup, ['xiaoming']), ask(lookup, ['xiaoming'])]
    await vi.advanceTimersByTimeAsync(100)
    await Promise.all(together)
    expect(await askAndWait(lookup, ['xiaoming'])).toBe('fetched ["tag of xiaoming"]')
    expect(upstream.calls).toHaveLength(2)
  })
})

describe("a caller's wishes", () => {
  test('only-if-cached never goes upstream, not even to refresh', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { windows })
    expect(await askAndWait(lookup, ['xiaoming'], { onlyIfCached: true })).toBe('only-if-cached')
    await askAndWait(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await askAndWait(lookup, ['xiaoming'], { onlyIfCached: true })).toBe(
      'stale ["tag of xiaoming"]',
    )
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await askAndWait(lookup, ['xiaoming'], { onlyIfCached: true })).toBe('only-if-cached')
    expect(upstream.calls).toHaveLength(1)
  })

  test('no-cache fetches a fresh user anew, and falls back to stale only if that was asked too', async () => {
    const lookup = lookupOver(dyingUpstream(), { windows })
    await askAndWait(lookup, ['xiaoming'])
    expect(await askAndWait(lookup, ['xiaoming'], { noCache: true })).toBe('upstream-unreachable')
    expect(await askAndWait(lookup, ['xiaoming'], { noCache: true, staleIfErrorMs: 60_000 })).toBe(
      'stale ["tag of xiaoming"]',
    )
  })

  test('max-age fetches what is older', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { windows })
    await askAndWait(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(8_000)
    expect(await askAndWait(lookup, ['xiaoming'], { maxAgeMs: 60_000 })).toMatch(/^fresh/)
    expect(await askAndWait(lookup, ['xiaoming'], { maxAgeMs: 5_000 })).toMatch(/^fetched/)
  })
})
