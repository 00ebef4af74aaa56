import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, inWords, lookupOver } from './support/lookup-under-test.ts'
import { recordingUpstream } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** An upstream whose tags change when the test says so, read at the start of each call. */
function changingUpstream(): {
  upstream: ReturnType<typeof recordingUpstream>
  write: (tag: string) => void
} {
  let tag = 'old'
  const upstream = recordingUpstream(
    () => ({ latencyMs: 200 }),
    () => [tag],
  )
  return { upstream, write: (next) => (tag = next) }
}

describe('guarantee 5: a fetch that began before an invalidation does not store its result', () => {
  test('the caller who waited for it is answered, the next read fetches anew', async () => {
    const { upstream, write } = changingUpstream()
    const lookup = lookupOver(upstream)
    const before = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(50)
    write('new')
    expect(lookup.invalidate(['xiaoming'])).toBe(0)
    await vi.advanceTimersByTimeAsync(200)
    expect(inWords((await before)[0])).toBe('fetched ["old"]')
    const after = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(300)
    expect(inWords((await after)[0])).toBe('fetched ["new"]')
  })

  test('a read between the invalidation and the landing waits for a fetch of its own', async () => {
    const { upstream, write } = changingUpstream()
    const lookup = lookupOver(upstream)
    const before = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(50)
    write('new')
    lookup.invalidate(['xiaoming'])
    const after = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(500)
    expect([inWords((await before)[0]), inWords((await after)[0])]).toEqual([
      'fetched ["old"]',
      'fetched ["new"]',
    ])
    const [first, second] = upstream.calls
    expect(second?.startedAtMs).toBeGreaterThanOrEqual(first?.endedAtMs ?? Infinity)
    expect(inWords((await ask(lookup, ['xiaoming']))[0])).toBe('fresh ["new"]')
  })

  test('invalidating everybody does the same, and counts what was cached', async () => {
    const { upstream, write } = changingUpstream()
    const lookup = lookupOver(upstream)
    const warm = ask(lookup, ['xiaoming', 'xiaohong'])
    await vi.advanceTimersByTimeAsync(300)
    await warm
    const before = ask(lookup, ['user-1'])
    await vi.advanceTimersByTimeAsync(50)
    write('new')
    expect(lookup.invalidateAll()).toBe(2)
    await vi.advanceTimersByTimeAsync(300)
    await before
    const after = ask(lookup, ['user-1', 'xiaoming'])
    await vi.advanceTimersByTimeAsync(300)
    expect((await after).map(inWords)).toEqual(['fetched ["new"]', 'fetched ["new"]'])
  })

  test('a refresh that began before it does not bring the old value back', async () => {
    const { upstream, write } = changingUpstream()
    const lookup = lookupOver(upstream)
    const warm = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(300)
    await warm
    await vi.advanceTimersByTimeAsync(65_000)
    expect(inWords((await ask(lookup, ['xiaoming']))[0])).toBe('stale ["old"]')
    await vi.advanceTimersByTimeAsync(50)
    write('new')
    expect(lookup.invalidate(['xiaoming', 'xiaoming'])).toBe(1)
    await vi.advanceTimersByTimeAsync(500)
    const after = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(300)
    expect(inWords((await after)[0])).toBe('fetched ["new"]')
  })

  test('no-cache never joins a fetch that began before it was asked', async () => {
    const { upstream, write } = changingUpstream()
    const lookup = lookupOver(upstream)
    const before = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(50)
    write('new')
    const anew = [
      ask(lookup, ['xiaoming'], { noCache: true }),
      ask(lookup, ['xiaoming'], { noCache: true }),
    ]
    await vi.advanceTimersByTimeAsync(500)
    await before
    const words = (await Promise.all(anew)).map(([outcome]) => inWords(outcome))
    expect(words).toEqual(['fetched ["new"]', 'coalesced ["new"]'])
    expect(upstream.calls).toHaveLength(2)
  })
})
