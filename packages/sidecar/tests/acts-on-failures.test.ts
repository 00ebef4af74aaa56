import { HttpStatusError } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { TagLookup, TagLookupOptions } from '../src/lookup/tag-lookup.ts'
import { ask, defaultWindows, inWords, lookupOver, numbered } from './support/lookup-under-test.ts'
import {
  type Behaviour,
  mostCallsInAnySecond,
  recordingUpstream,
  refusedWith,
  unreachable,
} from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const CREDENTIALS = refusedWith(70_009)
const REQUEST = refusedWith(90_001)
const THROTTLED = refusedWith(60_007)

/** A lookup in front of an upstream whose behaviour may change at any time. `random` draws 0: no jitter, no backoff. */
function lookupWith(options: Partial<TagLookupOptions> = {}) {
  let behave: (users: readonly string[]) => Behaviour = () => ({})
  const upstream = recordingUpstream((users) => behave(users))
  const lookup = lookupOver(upstream, { random: () => 0, ...options })
  const behaves = (next: typeof behave): void => {
    behave = next
  }
  const callsSince = (ms: number) => upstream.calls.filter((call) => call.startedAtMs >= ms)
  return { lookup, upstream, behaves, callsSince }
}

/** Asks for a user that nobody asked for before, every so often; returns what each was told. */
async function askSteadily(
  lookup: TagLookup,
  { everyMs, forMs, prefix }: { everyMs: number; forMs: number; prefix: string },
): Promise<string[]> {
  const asked: Promise<string>[] = []
  for (let ms = 0; ms < forMs; ms += everyMs) {
    asked.push(ask(lookup, [`${prefix}-${ms}`]).then(([outcome]) => inWords(outcome)))
    await vi.advanceTimersByTimeAsync(everyMs)
  }
  await vi.advanceTimersByTimeAsync(2_000)
  return Promise.all(asked)
}

/** Lets five calls fail, which pauses calls; returns when that was. */
async function pauseCalls(lookup: TagLookup): Promise<number> {
  for (const user of numbered(5, 90_000)) {
    void ask(lookup, [user], { deadlineMs: performance.now() + 40 })
    await vi.advanceTimersByTimeAsync(50)
  }
  return performance.now() - 20
}

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
