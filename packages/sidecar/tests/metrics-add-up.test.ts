import { CallTimeoutError, HttpStatusError, InvalidReplyError } from '@tagside/core'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Outcome } from '../src/lookup/outcome.ts'
import { isPending, type TagLookup } from '../src/lookup/tag-lookup.ts'
import { HttpMetrics } from '../src/observe/http-metrics.ts'
import { createMetrics } from '../src/observe/metrics.ts'
import { Exposition } from './support/exposition.ts'
import { runToQuiet } from './support/fake-time.ts'
import { defaultWindows, lookupOver, numbered } from './support/lookup-under-test.ts'
import {
  mostCallsInAnySecond,
  recordingUpstream,
  refusedWith,
  unreachable,
} from './support/recording-upstream.ts'

/**
 * Random days of the lookup on fake time, always the same ones: everything happens that is counted. The equations of
 * docs/operations.md hold in every scrape, and what is counted is what callers and the upstream saw.
 */
const DAYS = 40
const SHARE = 6
const BATCH_MAX = 4
const windows = {
  ttlMs: 400,
  ttlJitter: 0,
  staleWhileRevalidateMs: 300,
  staleIfErrorMs: 2_000,
  unknownTtlMs: 200,
}
const origin = 'http://127.0.0.1'
const errors = [
  unreachable(),
  unreachable(),
  refusedWith(60_007),
  refusedWith(90_001),
  refusedWith(90_001),
  refusedWith(12_345),
  new HttpStatusError({ origin, status: 502, retryAfterMs: undefined }),
  new CallTimeoutError({ origin, timeoutMs: 4_000 }),
  new InvalidReplyError('it is not JSON'),
  new TypeError('a defect'),
]

const user = fc.constantFrom(...numbered(40))
const atMs = fc.nat(4_000)
const request = fc.record({
  act: fc.constant('ask' as const),
  atMs,
  users: fc.array(user, { minLength: 1, maxLength: 12 }),
  patienceMs: fc.integer({ min: 1, max: 1_500 }),
  leavesAfterMs: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.nat(200)),
  noCache: fc.boolean(),
  onlyIfCached: fc.constantFrom(true, false, false, false),
})
const write = fc.record({ act: fc.constant('write' as const), atMs, user, all: fc.boolean() })
const look = fc.record({ act: fc.constant('look' as const), atMs })
const behaviour = fc.record({
  latencyMs: fc.oneof(fc.integer({ min: 1, max: 80 }), fc.constant(900)),
  error: fc.option(fc.constantFrom(...errors), { nil: undefined, freq: 2 }),
  unknown: fc.subarray(numbered(12)),
  missing: fc.option(user, { nil: undefined, freq: 2 }),
  isRepeated: fc.constantFrom(true, false, false, false),
})
const day = fc.record({
  events: fc.array(
    fc.oneof(
      { weight: 10, arbitrary: request },
      { weight: 1, arbitrary: write },
      { weight: 2, arbitrary: look },
    ),
    { minLength: 20, maxLength: 80 },
  ),
  behaviours: fc.array(behaviour, { minLength: 4, maxLength: 12 }),
  areCredentialsRefused: fc.constantFrom(true, false, false, false),
  isClosedEarly: fc.constantFrom(true, false, false, false),
})
type Day = typeof day extends fc.Arbitrary<infer D> ? D : never
type Ask = Extract<Day['events'][number], { act: 'ask' }>

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Date'],
  })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What callers saw, counted apart from the metrics. */
class Callers {
  readonly outcomes = new Map<string, number>()
  users = 0
  waiting = 0

  ended(outcomes: readonly Outcome[], hasLeft: boolean): void {
    for (const outcome of outcomes) {
      const word = hasLeft ? 'caller-left' : inAWord(outcome)
      this.outcomes.set(word, (this.outcomes.get(word) ?? 0) + 1)
    }
  }
}

function inAWord(outcome: Outcome): string {
  if (outcome.kind === 'failed') return outcome.failure.code
  return outcome.kind === 'unknown' ? 'unknown' : outcome.source
}

async function live({ events, behaviours, areCredentialsRefused, isClosedEarly }: Day) {
  const upstream = recordingUpstream((_, call) => {
    const drawn = behaviours[call % behaviours.length]
    const error = areCredentialsRefused && call > 3 ? refusedWith(70_009) : drawn?.error
    return {
      latencyMs: drawn?.latencyMs ?? 10,
      ...(error === undefined ? {} : { error }),
      unknownUsers: new Set(drawn?.unknown),
      missingUsers: new Set(drawn?.missing === undefined ? [] : [drawn.missing]),
    }
  })
  let repeats = 0
  const lookup: TagLookup = lookupOver(upstream, {
    load: async (users) => {
      const isRepeated = behaviours[upstream.calls.length % behaviours.length]?.isRepeated
      if (isRepeated === true) {
        await lookup.takeExtraCall()
        repeats += 1
      }
      return upstream.load(users)
    },
    windows: { ...defaultWindows, ...windows },
    random: () => 0.5,
    callsPerSecond: SHARE,
    batchMaxUsers: BATCH_MAX,
    queueMaxUsers: 16,
    rideAlongMs: 200,
    // Room for some dozen users and one unknown one.
    cacheMaxBytes: 4_000,
  })
  const metrics = createMetrics({
    lookup,
    http: new HttpMetrics(),
    secrets: { states: () => [] },
    userSigExpiresAtMs: () => 0,
    version: '0.0.0',
    now: () => performance.now(),
  })
  // The first scrape loads the client, which takes real time.
  await metrics.scrape('another scraper')
  const callers = new Callers()
  const looks: {
    readonly text: Promise<string>
    readonly users: number
    readonly waiting: number
  }[] = []
  const scrapeNow = (): void => {
    const text = metrics.scrape('a scraper').then((told) => told.text)
    looks.push({ text, users: callers.users, waiting: callers.waiting })
  }

  async function ask({ users, patienceMs, leavesAfterMs, ...wishes }: Ask): Promise<void> {
    const leaver = new AbortController()
    if (leavesAfterMs !== undefined) setTimeout(() => leaver.abort(), leavesAfterMs)
    callers.users += users.length
    const deadlineMs = performance.now() + patienceMs
    const answer = lookup.lookup(users, { ...wishes, deadlineMs, callerLeft: () => leaver.signal })
    if (!isPending(answer)) return callers.ended(answer, false)
    callers.waiting += users.length
    const outcomes = await answer
    callers.waiting -= users.length
    callers.ended(outcomes, leaver.signal.aborted)
  }

  for (const event of events) {
    setTimeout(() => {
      if (event.act === 'ask') void ask(event)
      else if (event.act === 'look') scrapeNow()
      else if (event.all) lookup.invalidateAll()
      else lookup.invalidate([event.user])
    }, event.atMs)
  }
  if (isClosedEarly) setTimeout(() => lookup.close(), 2_000)
  await runToQuiet()
  scrapeNow()
  lookup.close()
  let told: Exposition | undefined
  for (const { text, users, waiting } of looks) {
    told = new Exposition(await text)
    expectEquations(told)
    expect(told.sum('lookups_total')).toBe(users)
    expect(told.sum('lookup_outcomes_total')).toBe(users - waiting)
  }
  return { told, callers, calls: upstream.calls, repeats, state: lookup.state() }
}

/** What holds at every moment, whatever is under way. */
function expectEquations(told: Exposition): void {
  const lookups = told.by('lookups_total', 'result')
  const outcomes = told.by('lookup_outcomes_total', 'outcome')
  const shed = told.by('shed_users_total', 'reason')
  const at = (counts: Record<string, number>, word: string): number => counts[word] ?? Number.NaN
  expect(at(outcomes, 'fetched')).toBeLessThanOrEqual(at(lookups, 'miss'))
  expect(at(outcomes, 'coalesced')).toBeLessThanOrEqual(at(lookups, 'coalesced'))
  expect(at(outcomes, 'overloaded')).toBeLessThanOrEqual(at(shed, 'overloaded'))
  expect(at(shed, 'overloaded') + at(shed, 'paused')).toBeLessThanOrEqual(at(lookups, 'miss'))

  expect(told.sum('cache_entries')).toBe(
    told.sum('cache_writes_total', { kind: 'added' }) - told.sum('cache_evictions_total'),
  )
  const calls = told.sum('batch_users_count')
  const ended =
    told.sum('upstream_calls_total') - told.sum('upstream_calls_total', { result: 'repeated' })
  expect(calls).toBe(ended + told.sum('upstream_calls_in_flight'))
  expect(told.sum('upstream_call_duration_seconds_count')).toBe(ended)
  expect(told.sum('upstream_retries_total')).toBeLessThanOrEqual(calls)

  const seats = told.sum('batch_seats_total')
  const riders = told.sum('batch_seats_total', { class: 'ride-along' })
  expect(told.sum('batch_users_sum')).toBe(seats)
  expect(told.sum('queue_wait_seconds_count')).toBe(seats - riders)
  expect(told.sum('queue_users')).toBeLessThanOrEqual(told.sum('flights') + calls)
  expect(told.sum('upstream_window_calls')).toBeLessThanOrEqual(SHARE)

  for (const name of ['batch_users', 'queue_wait_seconds', 'upstream_call_duration_seconds']) {
    const buckets = told.values(`${name}_bucket`)
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b))
    expect(buckets.at(-1)).toBe(told.sum(`${name}_count`))
  }
}

test('every user, seat, call and cache entry is counted once, in every scrape of a random day', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(day, async (drawn) => {
      const { told, callers, calls, repeats, state } = await live(drawn)
      if (told === undefined) throw new Error('a day ends with a scrape')

      // Nobody waits any more: what was asked for is what was answered.
      expect(told.sum('lookup_outcomes_total')).toBe(told.sum('lookups_total'))
      const outcomes = Object.entries(told.by('lookup_outcomes_total', 'outcome'))
      const answered = outcomes.filter(([, users]) => users > 0)
      expect(new Map(answered)).toEqual(callers.outcomes)

      expect(told.sum('batch_users_count')).toBe(calls.length)
      expect(told.sum('upstream_calls_in_flight')).toBe(0)
      expect(told.sum('upstream_calls_total')).toBe(calls.length + repeats)
      expect(told.sum('batch_users_sum')).toBe(
        calls.reduce((all, { users }) => all + users.length, 0),
      )
      const answers = calls.filter(({ error }) => error === undefined).length
      expect(told.sum('upstream_calls_total', { result: 'answered' })).toBe(answers)
      if (repeats === 0) expect(mostCallsInAnySecond(calls)).toBeLessThanOrEqual(SHARE)
      expect([state.calls, state.batchUsers]).toEqual([
        told.sum('batch_users_count'),
        told.sum('batch_users_sum'),
      ])
      for (const { name, labels, value } of told.samples)
        if (value > 0) seen.add(`${name} ${Object.values(labels).join(' ')}`)
    }),
    { numRuns: DAYS, seed: 20_261_123 },
  )

  // The days were not too quiet to tell.
  const last = await live(fc.sample(day, { numRuns: 1, seed: 1 })[0] ?? never())
  const counted = last.told?.samples.filter(
    ({ name }) => name.endsWith('_total') && /lookup|shed|cache|upstream|batch/.test(name),
  )
  const neverSeen = counted
    ?.map(({ name, labels }) => `${name} ${Object.values(labels).join(' ')}`)
    .filter((series) => !seen.has(series))
  expect(neverSeen).toEqual([])
})

function never(): never {
  throw new Error('there is a day')
}
