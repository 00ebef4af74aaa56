import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import type { Outcome } from '../src/lookup/outcome.ts'
import type { TagLookup } from '../src/lookup/tag-lookup.ts'
import { pass } from './support/fake-time.ts'
import {
  ask,
  defaultWindows,
  evenlySpread,
  lookupOver,
  numbered,
} from './support/lookup-under-test.ts'
import { recordingUpstream, unreachable } from './support/recording-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const windows = { ...defaultWindows, ttlMs: 5_000, ttlJitter: 0.1, staleWhileRevalidateMs: 0 }
/** 60 % of what ten calls a second can fetch, if each is stale when it is read: 570 users a second, ten at a time. */
const USERS_PER_SECOND = 570
const PER_REQUEST = 10
const users = numbered(USERS_PER_SECOND * 6)

/** A minute-long outage in the middle of a steady load; `answers` are told by second. */
class SteadyLoad {
  readonly answers = new Map<number, Outcome[]>()
  readonly #lookup: TagLookup
  #next = 0

  constructor(lookup: TagLookup) {
    this.#lookup = lookup
  }

  async run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (let asked = 0; asked < USERS_PER_SECOND; asked += PER_REQUEST) {
        const some = users.slice(this.#next, this.#next + PER_REQUEST)
        this.#next = (this.#next + PER_REQUEST) % users.length
        setTimeout(() => void this.#ask(some), (asked / USERS_PER_SECOND) * 1_000)
      }
      await pass(1_000)
    }
  }

  async #ask(some: readonly string[]): Promise<void> {
    const second = Math.floor(performance.now() / 1_000)
    const outcomes = await ask(this.#lookup, some)
    this.answers.set(second, [...(this.answers.get(second) ?? []), ...outcomes])
  }
}

describe('guarantee 7: an upstream that is down for a minute', () => {
  test('leaves every known user answered, is left alone, and is used as before within ten seconds of its return', async () => {
    let isDown = false
    const upstream = recordingUpstream(() => (isDown ? { error: unreachable() } : {}))
    const lookup = lookupOver(upstream, { windows, callsPerSecond: 10, random: evenlySpread() })
    const load = new SteadyLoad(lookup)
    const secondNow = (): number => Math.floor(performance.now() / 1_000)
    const freshIn = (second: number): number =>
      (load.answers.get(second) ?? []).filter(
        (outcome) => outcome.kind === 'known' && outcome.source !== 'stale',
      ).length

    const meanFresh = (from: number, seconds: number): number =>
      Array.from({ length: seconds }, (_, second) => freshIn(from + second)).reduce(
        (a, b) => a + b,
      ) / seconds

    await load.run(20)
    const freshBefore = meanFresh(secondNow() - 6, 5)
    const [downAtMs, downFrom] = [performance.now(), secondNow()]
    isDown = true
    await load.run(60)
    const [upAtMs, upFrom] = [performance.now(), secondNow()]
    isDown = false
    await load.run(20)

    const during = [...load.answers].filter(([second]) => second >= downFrom && second < upFrom)
    expect(during).toHaveLength(60)
    expect(during.flatMap(([, outcomes]) => outcomes).every(({ kind }) => kind === 'known')).toBe(
      true,
    )

    const calls = upstream.calls.map((call) => call.startedAtMs)
    const probes = calls.filter((at) => at > downAtMs + 2_000 && at < upAtMs)
    const gapsMs = probes.slice(1).map((at, index) => at - (probes[index] ?? at))
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(800)
    expect(probes.length).toBeGreaterThan(10)

    expect(freshBefore).toBeGreaterThan(200)
    expect(meanFresh(upFrom + 9, 5)).toBeGreaterThanOrEqual(freshBefore * 0.95)
    expect(lookup.state().retries).toBeLessThan(calls.length * 0.2)
    lookup.close()
  })

  test('refuses users it never knew at once, and says when to ask again', async () => {
    const upstream = recordingUpstream(() => ({ error: unreachable() }))
    const lookup = lookupOver(upstream)
    for (let round = 0; round < 5; round += 1) {
      void ask(lookup, [`user-${round}`])
      await pass(2_000)
    }
    const callsBefore = upstream.calls.length
    for (let times = 0; times < 100 && lookup.state().breaker !== 'open'; times += 1) {
      void ask(lookup, ['user-9'])
      await pass(50)
    }
    const [outcome] = await ask(lookup, ['ghost'])
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'upstream-unavailable', retryable: true },
    })
    expect(upstream.calls.length).toBeGreaterThanOrEqual(callsBefore)
    lookup.close()
  })
})

describe('guarantee 8: credentials that Tencent refuses', () => {
  test.each([70009, 70050, 90009, 60021])(
    'make at most two calls in the first minute, then one a minute (%i)',
    async (code) => {
      const { RefusedError } = await import('@tagside/core')
      const upstream = recordingUpstream(() => ({
        error: new RefusedError({ errorCode: code, errorInfo: '' }),
      }))
      const lookup = lookupOver(upstream)
      const startMs = performance.now()
      for (let second = 0; second < 190; second += 1) {
        for (let request = 0; request < 20; request += 1)
          void ask(lookup, numbered(50, request * 50))
        await pass(1_000)
      }
      const startsS = upstream.calls.map((call) =>
        Math.floor((call.startedAtMs - startMs) / 60_000),
      )
      expect(startsS.filter((minute) => minute === 0).length).toBeLessThanOrEqual(2)
      expect(startsS.filter((minute) => minute === 1)).toHaveLength(1)
      expect(startsS.filter((minute) => minute === 2)).toHaveLength(1)
      lookup.close()
    },
  )
})
