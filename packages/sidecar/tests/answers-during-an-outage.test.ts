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
import {
  mostCallsInAnySecond,
  recordingUpstream,
  unreachable,
} from './support/recording-upstream.ts'

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
/** And a few each second that nobody asked for before. */
const NEWCOMERS_PER_SECOND = 4

/** A steady load of users who come again and of newcomers; what they are told is kept by the second in which they asked. */
class SteadyLoad {
  readonly answers = new Map<number, Outcome[]>()
  readonly newcomers = new Map<number, Outcome[]>()
  readonly #lookup: TagLookup
  #next = 0
  #newcomer = 0

  constructor(lookup: TagLookup) {
    this.#lookup = lookup
  }

  async run(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      for (let asked = 0; asked < USERS_PER_SECOND; asked += PER_REQUEST) {
        const some = users.slice(this.#next, this.#next + PER_REQUEST)
        this.#next = (this.#next + PER_REQUEST) % users.length
        setTimeout(() => void this.#ask(some, this.answers), (asked / USERS_PER_SECOND) * 1_000)
      }
      for (let asked = 0; asked < NEWCOMERS_PER_SECOND; asked += 1) {
        const name = `newcomer-${this.#newcomer}`
        this.#newcomer += 1
        setTimeout(
          () => void this.#ask([name], this.newcomers),
          ((asked + 0.5) / NEWCOMERS_PER_SECOND) * 1_000,
        )
      }
      await pass(1_000)
    }
  }

  async #ask(some: readonly string[], answers: Map<number, Outcome[]>): Promise<void> {
    const second = Math.floor(performance.now() / 1_000)
    const outcomes = await ask(this.#lookup, some)
    answers.set(second, [...(answers.get(second) ?? []), ...outcomes])
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
    // Noticed within five seconds; from then on a probe each 3.2 to 4 s, and each second or two at first.
    const late = upstream.calls.filter(
      ({ startedAtMs }) => startedAtMs > downAtMs + 5_000 && startedAtMs < upAtMs,
    )
    expect(late.length).toBeLessThanOrEqual(55 / 3.2 + 2)
    expect(mostCallsInAnySecond(late)).toBe(1)

    const newcomers = [...load.newcomers]
      .filter(([second]) => second >= upFrom + 10)
      .flatMap(([, outcomes]) => outcomes)
    expect(newcomers.length).toBeGreaterThan(9 * NEWCOMERS_PER_SECOND)
    const fetched = newcomers.filter(
      (outcome) => outcome.kind === 'known' && outcome.source === 'fetched',
    )
    expect(fetched.length).toBeGreaterThanOrEqual(newcomers.length * 0.95)
    expect(freshBefore).toBeGreaterThan(200)
    expect(meanFresh(upFrom + 9, 5)).toBeGreaterThanOrEqual(freshBefore * 0.95)
    expect(lookup.state().retries).toBeLessThan(calls.length * 0.2)
    lookup.close()
  })
})
