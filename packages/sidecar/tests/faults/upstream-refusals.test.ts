import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { dropinTells, dropinTellsAll, restTells, restTellsAll, told } from './support/both-faces.ts'
import { body, RudeUpstream, tagged } from './support/rude-upstream.ts'
import {
  goldMembers,
  numbered,
  OLD_AT_ONCE,
  sidecarOver,
  sidecarOverFake,
} from './support/sidecar-over.ts'

const STALE = { rest: 'stale GoldMember', dropin: 'stale GoldMember' }
/** Waits for Tencent although there is an old value. */
const ANEW = { 'Cache-Control': 'no-cache, stale-if-error=3600' }

/** A busy machine may take its time. */
const PATIENCE = { timeout: 15_000, interval: 20 }

const refused = (code: number): ReturnType<typeof body> =>
  body({ ActionStatus: 'FAIL', ErrorInfo: '', ErrorCode: code })

describe.concurrent('refused calls', () => {
  test('U10 a throttled call (60007, 60011, 60018) goes again, at half the pace; its callers wait, and are told why if it does not end in time', async () => {
    for (const code of [60007, 60011, 60018]) {
      await using once = await sidecarOverFake()
      once.fake.fault(`err:${code};times=1`)
      expect(await restTells(once.url, 'user-1')).toBe('fetched GoldMember')
      expect(once.logged).toEqual(['warn throttled'])

      await using always = await sidecarOverFake(OLD_AT_ONCE)
      await told(always.url, 'user-1')
      always.fake.fault(`err:${code}`)
      expect(await told(always.url, 'user-1')).toEqual(STALE)
      const hurried = { 'X-Request-Timeout-Ms': '400' }
      const late = { rest: '503 upstream-throttled', dropin: `FAIL ${code} of Tencent` }
      expect(await told(always.url, 'user-2', hurried)).toEqual(late)
    }

    const share = 40
    const users = goldMembers(200)
    await using busy = await sidecarOverFake(
      { TAGSIDE_CALLS_PER_SECOND: String(share), TAGSIDE_BATCH_MAX_USERS: '1' },
      { users },
    )
    busy.fake.fault('err:60007;skip=5;times=1')
    const answers = restTellsAll(busy.url, Object.keys(users))
    const callsSince = (atMs: number): number =>
      busy.fake.requests().filter((call) => call.atMs > atMs && call.atMs <= atMs + 1_000).length
    const throttledAtMs = await vi.waitFor(() => {
      const throttled = busy.fake.requests().find(({ errorCode }) => errorCode === 60007)
      if (throttled === undefined || Date.now() <= throttled.atMs + 1_000)
        throw new Error('not yet')
      return throttled.atMs
    }, PATIENCE)
    // Half of the pace, and what it climbs in a second.
    expect(callsSince(throttledAtMs)).toBeLessThanOrEqual(share * 0.55 + 1)
    expect(callsSince(throttledAtMs)).toBeGreaterThan(0)
    busy.sidecar.lookup.close()
    busy.sidecar.data.cut()
    await expect(answers).rejects.toThrow('fetch failed')
  })

  test('U11 an expired UserSig (70001) is signed anew and the call goes again at once; nobody notices', async () => {
    for (const environment of [{}, OLD_AT_ONCE]) {
      await using upstream = await RudeUpstream.open()
      await using sidecar = await sidecarOver(upstream.url, environment)
      await restTells(sidecar.url, 'user-1')
      upstream.answer = (response) => {
        upstream.answer = tagged('WeekPassUser')
        refused(70001)(response)
      }
      expect(await restTells(sidecar.url, 'user-1', ANEW)).toBe('fetched WeekPassUser')
      const [first, second, third, ...others] = upstream.calls.map(({ userSig }) => userSig)
      expect(others).toEqual([])
      expect(second).toBe(first)
      expect(third).not.toBe(second)
    }
  })

  test('U23 an upstream that fails half of the time causes no storm: retries are a fifth of the calls, and every known user is answered', async () => {
    const known = numbered(20)
    await using half = await sidecarOverFake(OLD_AT_ONCE, { users: goldMembers(20) })
    await restTellsAll(half.url, known)
    half.fake.fault('err:91000;p=0.5')
    for (const user of known)
      expect(await restTells(half.url, user)).toMatch(/^(fetched|stale) GoldMember$/)

    const users = numbered(60)
    // Too seldom for the breaker, too often for the budget: with a retry for each failure, two users would make three calls.
    await using third = await sidecarOverFake({}, { users: goldMembers(60) })
    third.fake.fault('err:91000;every=3')
    const startMs = performance.now()
    const said = new Set<string>()
    for (const user of users) said.add(await restTells(third.url, user))
    expect([...said].toSorted()).toEqual(['502 upstream-error', 'fetched GoldMember'])
    const floor = 3 + (0.3 * (performance.now() - startMs)) / 1_000
    expect(third.fake.stats.calls).toBeLessThanOrEqual(users.length * 1.2 + floor)

    await using seldom = await sidecarOverFake({}, { users: goldMembers(60) })
    seldom.fake.fault('err:91000;every=10')
    for (const user of users) expect(await restTells(seldom.url, user)).toBe('fetched GoldMember')
  })

  test('U27 a call refused for the sake of one user among 100 takes at most 16 more to find that user, who is left alone for a minute; the others are answered', async () => {
    const users = numbered(100)
    await using sidecar = await sidecarOverFake(OLD_AT_ONCE, { users: goldMembers(100) })
    sidecar.fake.fault('err:90001:poison;account=user-50')
    const others = (bad: string): string[] =>
      users.map((user) => (user === 'user-50' ? bad : 'GoldMember'))
    expect(await restTellsAll(sidecar.url, users)).toEqual(others('upstream-error'))
    const { calls } = sidecar.fake.stats
    expect(calls).toBeLessThanOrEqual(1 + 16)
    expect(await dropinTellsAll(sidecar.url, users)).toEqual(others('90001'))
    expect(await dropinTells(sidecar.url, 'user-50')).toBe('FAIL 90001 of Tencent')
    expect(sidecar.fake.stats.calls).toBe(calls + 1)

    await using warm = await sidecarOverFake(OLD_AT_ONCE, { users: goldMembers(100) })
    await restTellsAll(warm.url, users)
    warm.fake.fault('err:90001;account=user-50')
    expect(await restTellsAll(warm.url, users, ANEW)).toEqual(others('stale GoldMember'))
  })
})

/** Monotonic time stands still here and goes on by a word; timers and sockets are real. */
describe('refused credentials', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('U12 a wrong key (70009) makes one call a minute, however many ask; known users have their old tags', async () => {
    await using sidecar = await sidecarOverFake(OLD_AT_ONCE, { users: goldMembers(20) })
    sidecar.fake.fault('err:70009')
    const { url, fake } = sidecar
    const cold = { rest: '502 upstream-credentials', dropin: 'FAIL 70009 of Tencent' }
    const answers = await Promise.all(numbered(20).map((user) => told(url, user)))
    expect(answers).toEqual(numbered(20).map(() => cold))
    expect(fake.stats.calls).toBe(1)
    vi.advanceTimersByTime(59_999)
    expect(await told(url, 'user-1')).toEqual(cold)
    expect(fake.stats.calls).toBe(1)
    vi.advanceTimersByTime(1)
    expect(await told(url, 'user-1')).toEqual(cold)
    expect(fake.stats.calls).toBe(2)
    expect(sidecar.logged).toEqual(['error credentials-refused'])

    await using warm = await sidecarOverFake(OLD_AT_ONCE)
    await restTells(warm.url, 'user-1')
    const { calls } = warm.fake.stats
    warm.fake.fault('err:70009')
    for (let minute = 0; minute < 3; minute += 1)
      expect(await told(warm.url, 'user-1')).toEqual(STALE)
    expect(warm.fake.stats.calls).toBe(calls + 1)
  })

  test('U13 an app that is locked out (70050) is left alone for a minute; the one probe after it heals all', async () => {
    await using sidecar = await sidecarOverFake(OLD_AT_ONCE)
    const { url, fake } = sidecar
    // Once: a second time it might be told the old value while the call for it is still to come.
    await restTells(url, 'user-1')
    const { calls } = fake.stats
    const lockedOut = fake.fault('err:70050')
    const cold = { rest: '502 upstream-credentials', dropin: 'FAIL 70050 of Tencent' }
    expect(await told(url, 'user-2')).toEqual(cold)
    lockedOut.remove()
    vi.advanceTimersByTime(59_999)
    expect(await told(url, 'user-2')).toEqual(cold)
    expect(await told(url, 'user-1')).toEqual(STALE)
    expect(fake.stats.calls).toBe(calls + 1)
    vi.advanceTimersByTime(1)
    expect(await restTells(url, 'user-2')).toBe('fetched GoldMember')
    expect(fake.stats.calls).toBe(calls + 2)
    expect(sidecar.logged).toEqual(['error credentials-refused', 'info credentials-accepted'])
  })
})
