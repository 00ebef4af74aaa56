import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { ask, inWords, lookupOver, numbered } from './support/lookup-under-test.ts'
import { recordingUpstream } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('guarantee 6: every request ends by its deadline, and every queue has a bound', () => {
  test('when the upstream is slow', async () => {
    const upstream = recordingUpstream(() => ({ latencyMs: 4_000 }))
    const lookup = lookupOver(upstream)
    const endedAtMs = ask(lookup, ['xiaoming']).then((outcomes) => [
      inWords(outcomes[0]),
      performance.now(),
    ])
    const askedAtMs = performance.now()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await endedAtMs).toEqual(['deadline-exceeded', askedAtMs + 2_000])
  })

  test('by being refused at once, when the queue is too long for it', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { callsPerSecond: 1 })
    const patient = ask(lookup, numbered(1_000), { deadlineMs: 10_000 })
    await vi.advanceTimersByTimeAsync(1_000)
    const hurried = await ask(lookup, numbered(500, 5_000), { deadlineMs: performance.now() + 300 })
    expect(new Set(hurried.map(inWords))).toEqual(new Set(['overloaded']))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await patient).toHaveLength(1_000)
  })

  test('unless there is room: requests that are let in do not make the queue be taken for full', async () => {
    const lookup = lookupOver(recordingUpstream(), {
      callsPerSecond: 100 / 0.95,
      batchMaxUsers: 10,
    })
    const before = [20, 40, 60].map((users, request) => ask(lookup, numbered(users, 100 * request)))
    const last = ask(lookup, numbered(80, 1_000), { deadlineMs: performance.now() + 400 })
    await vi.advanceTimersByTimeAsync(2_000)
    const kinds = (await Promise.all([...before, last])).flat().map((outcome) => outcome.kind)
    expect(new Set(kinds)).toEqual(new Set(['known']))
  })

  test('with what was answered in time, and an error for the rest', async () => {
    const upstream = recordingUpstream((_users, call) => ({ latencyMs: call === 1 ? 100 : 60_000 }))
    const lookup = lookupOver(upstream, { batchMaxUsers: 1 })
    const asked = ask(lookup, ['xiaoming', 'xiaohong'])
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await asked).map(inWords)).toEqual(['fetched ["tag of xiaoming"]', 'deadline-exceeded'])
  })

  test('and a result that comes later is cached for the next', async () => {
    const upstream = recordingUpstream(() => ({ latencyMs: 3_000 }))
    const lookup = lookupOver(upstream)
    const asked = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(3_500)
    expect(inWords((await asked)[0])).toBe('deadline-exceeded')
    expect(inWords((await ask(lookup, ['xiaoming']))[0])).toBe('fresh ["tag of xiaoming"]')
  })

  test('one waiter being late leaves the others waiting', async () => {
    const upstream = recordingUpstream(() => ({ latencyMs: 1_000 }))
    const lookup = lookupOver(upstream)
    const hurried = ask(lookup, ['xiaoming'], { deadlineMs: performance.now() + 500 })
    const patient = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(1_500)
    expect(inWords((await hurried)[0])).toBe('deadline-exceeded')
    expect(inWords((await patient)[0])).toBe('coalesced ["tag of xiaoming"]')
  })

  test('users over the bound of the queue are refused at once; those within it and hits are not', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { queueMaxUsers: 250 })
    const warm = ask(lookup, ['xiaoming'])
    await vi.advanceTimersByTimeAsync(100)
    await warm
    const within = ask(lookup, numbered(250))
    const over = await ask(lookup, ['user-250', 'xiaoming'])
    expect(over.map(inWords)).toEqual(['overloaded', 'fresh ["tag of xiaoming"]'])
    expect(lookup.state()).toMatchObject({ shedOverloaded: 1, shedPaused: 0 })
    const joins = ask(lookup, ['user-3'])
    await vi.advanceTimersByTimeAsync(500)
    expect((await within).every((outcome) => outcome.kind === 'known')).toBe(true)
    expect(inWords((await joins)[0])).toBe('coalesced ["tag of user-3"]')
  })

  test('of a request larger than the room, what fits is fetched', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { queueMaxUsers: 3 })
    const asked = ask(lookup, numbered(5))
    await vi.advanceTimersByTimeAsync(100)
    expect((await asked).map((outcome) => outcome.kind)).toEqual([
      'known',
      'known',
      'known',
      'failed',
      'failed',
    ])
  })

  test('refreshes over their bound are forgone; the stale answer is given all the same', async () => {
    const upstream = recordingUpstream()
    const lookup = lookupOver(upstream, { queueMaxUsers: 10 })
    const warm = ask(lookup, numbered(10))
    await vi.advanceTimersByTimeAsync(100)
    await warm
    const more = ask(lookup, numbered(10, 10))
    await vi.advanceTimersByTimeAsync(60_000)
    await more
    const outcomes = await ask(lookup, numbered(20))
    expect(
      outcomes.every((outcome) => outcome.kind === 'known' && outcome.source === 'stale'),
    ).toBe(true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(upstream.calls.at(-1)?.users).toHaveLength(10)
  })
})
