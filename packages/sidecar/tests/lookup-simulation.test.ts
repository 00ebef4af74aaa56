import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Outcome } from '../src/lookup/outcome.ts'
import { runToQuiet } from './support/fake-time.ts'
import { defaultWindows, lookupOver, numbered } from './support/lookup-under-test.ts'
import {
  type Behaviour,
  mostCallsInAnySecond,
  type RecordedCall,
  recordingUpstream,
} from './support/recording-upstream.ts'
import {
  errors,
  expectCallsToHeedTheBreaker,
  expectCallsToHeedTheCredentials,
  expectFewRetries,
} from './support/simulation-invariants.ts'

/**
 * A random day in the life of the lookup, on fake time: requests come, leave, run out of time; values are written and
 * invalidated; calls are slow, fail in every way, forget users; some users make calls refused. Whatever happens, the guarantees
 * hold. fast-check prints the seed and the smallest failing day. SIMULATION_RUNS=10000 lives longer.
 */
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 1_000)
const SHARE = 6
const BATCH_MAX = 3
const REQUEST_CODE = errors.request.errorCode
/** The longest that users may wait while a slot could have been used: two slots, and timers that fire a little late. */
const IDLE_MAX_MS = (2 * 1_000) / (SHARE * 0.95) + 20
const windows = {
  ...defaultWindows,
  ttlMs: 400,
  staleWhileRevalidateMs: 300,
  staleIfErrorMs: 2_000,
  unknownTtlMs: 200,
}

const everyone = numbered(12)
const user = fc.constantFrom(...everyone)
/** Mostly within a few seconds; sometimes a minute later, when refused credentials are tried again. */
const atMs = fc.oneof(
  { weight: 9, arbitrary: fc.nat(4_000) },
  { weight: 1, arbitrary: fc.integer({ min: 60_500, max: 66_000 }) },
)
const fault = fc.oneof(
  { weight: 14, arbitrary: fc.constant(undefined) },
  { weight: 6, arbitrary: fc.constant('retry' as const) },
  { weight: 2, arbitrary: fc.constantFrom('throttled' as const, 'unknown' as const) },
  { weight: 1, arbitrary: fc.constant('credentials' as const) },
)
const request = fc.record({
  act: fc.constant('ask' as const),
  atMs,
  users: fc.array(user, { minLength: 1, maxLength: 14 }),
  patienceMs: fc.integer({ min: 1, max: 1_500 }),
  leavesAfterMs: fc.option(fc.nat(300), { nil: undefined, freq: 4 }),
  noCache: fc.boolean(),
})
const write = fc.record({ act: fc.constant('write' as const), atMs, user, all: fc.boolean() })
const behaviour = fc.record({
  latencyMs: fc.oneof(fc.integer({ min: 1, max: 80 }), fc.constant(900)),
  fault,
  forgets: fc.option(user, { nil: undefined }),
  unknown: fc.option(user, { nil: undefined }),
})
const day = fc.record({
  events: fc.array(fc.oneof({ weight: 5, arbitrary: request }, { weight: 1, arbitrary: write }), {
    minLength: 1,
    maxLength: 40,
  }),
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 12 }),
  /** A call with one of them in it is refused. Three at most: with more, a hunt may take the call itself for wrong. */
  poisons: fc.oneof(
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(user, { minLength: 1, maxLength: 3 }) },
  ),
  /** What the sidecar draws for jitter and backoff, always the same. */
  random: fc.constantFrom(0, 0.5, 0.99),
})
type Day = typeof day extends fc.Arbitrary<infer D> ? D : never
type Ask = Extract<Day['events'][number], { act: 'ask' }>

interface Answered {
  readonly ask: Ask
  readonly askedAtMs: number
  readonly endedAtMs: number
  readonly outcomes: readonly Outcome[]
  /** The version each user had when the request was made: nothing older than its last invalidation may come back. */
  readonly versions: readonly number[]
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function live({ events, behaviours, poisons, random }: Day) {
  const versions = new Map<string, number>()
  let isOver = false
  const upstream = recordingUpstream(
    (users, call) =>
      isOver ? {} : toBehaviour(behaviours[call % behaviours.length], users, poisons),
    (name) => [name, String(versions.get(name) ?? 0)],
  )
  const lookup = lookupOver(upstream, {
    windows,
    random: () => random,
    callsPerSecond: SHARE,
    batchMaxUsers: BATCH_MAX,
    queueMaxUsers: 60,
    cacheMaxBytes: 65_536,
    maxConcurrentCalls: 1_000,
  })
  const startMs = performance.now()
  const answered: Answered[] = []
  for (const event of events) {
    setTimeout(() => {
      if (event.act === 'ask') void askNow(event)
      else writeNow(event.user, event.all)
    }, event.atMs)
  }

  async function askNow(ask: Ask): Promise<void> {
    const askedAtMs = performance.now()
    const leaver = new AbortController()
    if (ask.leavesAfterMs !== undefined) setTimeout(() => leaver.abort(), ask.leavesAfterMs)
    const asOf = ask.users.map((name) => versions.get(name) ?? 0)
    const outcomes = await lookup.lookup(ask.users, {
      deadlineMs: askedAtMs + ask.patienceMs,
      callerLeft: () => leaver.signal,
      noCache: ask.noCache,
    })
    answered.push({ ask, askedAtMs, endedAtMs: performance.now(), outcomes, versions: asOf })
  }

  function writeNow(name: string, all: boolean): void {
    versions.set(name, (versions.get(name) ?? 0) + 1)
    if (all) lookup.invalidateAll()
    else lookup.invalidate([name])
  }

  await runToQuiet()
  const quietAfterMs = performance.now() - startMs
  const [calls, moments] = [[...upstream.calls], [...upstream.moments]]

  // The day after, all is well: everybody is answered, so no flight was left behind.
  isOver = true
  vi.advanceTimersByTime(61_000)
  const first = lookup.lookup(['user-0'], { deadlineMs: performance.now() + 9_000, noCache: true })
  await runToQuiet()
  const all = lookup.lookup(everyone, { deadlineMs: performance.now() + 9_000, noCache: true })
  await runToQuiet()
  lookup.close()
  return { answered, calls, moments, quietAfterMs, after: [...(await first), ...(await all)] }
}

function toBehaviour(
  drawn: Day['behaviours'][number] | undefined,
  users: readonly string[],
  poisons: readonly string[],
): Behaviour {
  const kind = users.some((name) => poisons.includes(name)) ? 'request' : drawn?.fault
  return {
    latencyMs: drawn?.latencyMs ?? 10,
    ...(kind === undefined ? {} : { error: errors[kind] }),
    missingUsers: new Set(drawn?.forgets === undefined ? [] : [drawn.forgets]),
    unknownUsers: new Set(drawn?.unknown === undefined ? [] : [drawn.unknown]),
  }
}

/** Running out of time is right only if no call for the user was over in time, and no slot was left unused. */
function expectNoWayToAnswer(
  name: string,
  askedAtMs: number,
  endedAtMs: number,
  calls: readonly RecordedCall[],
): void {
  const calledFor = calls.filter((call) => call.users.includes(name) && call.endedAtMs > askedAtMs)
  const during = calledFor.filter((call) => call.startedAtMs < endedAtMs)
  expect(
    during.filter((call) => call.startedAtMs > askedAtMs && call.endedAtMs < endedAtMs),
  ).toEqual([])
  // Until a call has proved the credentials, calls are made one at a time.
  const provedAtMs = Math.min(...calls.map((call) => call.endedAtMs))
  if (during.length > 0 || askedAtMs < provedAtMs) return
  const starts = calls
    .map((call) => call.startedAtMs)
    .filter((at) => at > askedAtMs && at < endedAtMs)
  const moments = [askedAtMs, ...starts, endedAtMs]
  const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? at))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(IDLE_MAX_MS)
}

test(
  'whatever happens, the guarantees of the lookup hold',
  { timeout: 120_000 + 100 * RUNS },
  async () => {
    await fc.assert(
      fc.asyncProperty(day, async (drawn) => {
        const { answered, calls, moments, quietAfterMs, after } = await live(drawn)
        const hasFailures = calls.some(({ error }) => error !== undefined)

        // 1: the budget, and the bound of a batch.
        expect(mostCallsInAnySecond(calls)).toBeLessThanOrEqual(SHARE)
        for (const { users } of calls) {
          expect(users.length).toBeLessThanOrEqual(BATCH_MAX)
          expect(new Set(users).size).toBe(users.length)
        }

        // 2: a user is in one call at a time, and every request is answered.
        for (const [index, call] of calls.entries()) {
          for (const later of calls.slice(index + 1)) {
            if (later.startedAtMs >= call.endedAtMs) continue
            expect(later.users.filter((name) => call.users.includes(name))).toEqual([])
          }
        }
        expect(answered).toHaveLength(drawn.events.filter((event) => event.act === 'ask').length)

        for (const { ask, askedAtMs, endedAtMs, outcomes, versions } of answered) {
          // 6: by its deadline, or when its caller left.
          expect(endedAtMs - askedAtMs).toBeLessThanOrEqual(
            Math.min(ask.patienceMs, ask.leavesAfterMs ?? Infinity) + 1,
          )
          expect(outcomes).toHaveLength(ask.users.length)
          for (const [place, outcome] of outcomes.entries()) {
            if (
              outcome.kind === 'failed' &&
              outcome.failure.message.startsWith('the deadline passed')
            ) {
              if (!hasFailures)
                expectNoWayToAnswer(ask.users[place] ?? '', askedAtMs, endedAtMs, calls)
            }
            // A call with a poison in it is refused: the poison has no answer, and the others are asked for without it.
            const isPoison = drawn.poisons.includes(ask.users[place] ?? '')
            if (isPoison) expect(outcome.kind).toBe('failed')
            if (outcome.kind === 'failed' && outcome.failure.upstream?.code === REQUEST_CODE) {
              expect(isPoison).toBe(true)
            }
            if (outcome.kind !== 'known') continue
            // 3: the right user's tags.  4: not too old.
            const [name, version] = JSON.parse(outcome.tagsJson)
            expect(name).toBe(ask.users[place])
            if (outcome.source === 'fresh' || outcome.source === 'stale') {
              expect(endedAtMs - outcome.fetchedAtMs).toBeLessThanOrEqual(
                windows.ttlMs + windows.staleIfErrorMs,
              )
            }
            // 5: an invalidation is not undone: what was written before the request is seen by it.
            expect(Number(version)).toBeGreaterThanOrEqual(versions[place] ?? 0)
          }
        }

        // 7, 8: no call while calls are paused, and no wave of retries.
        expectCallsToHeedTheBreaker(moments, drawn.random)
        expectCallsToHeedTheCredentials(moments)
        expectFewRetries(calls, answered)

        // Nothing is left running once the last request is over and the last call has landed, and nobody left behind.
        expect(quietAfterMs).toBeLessThanOrEqual(66_000 + 12_000)
        expect(after.map((outcome) => outcome.kind)).toEqual(after.map(() => 'known'))
      }),
      { numRuns: RUNS },
    )
  },
)
