import { HttpStatusError, InvalidReplyError, RefusedError, type TencentError } from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { unreachable } from '../../tests/support/recording-upstream.ts'
import { type HealthChange, UpstreamHealth } from './upstream-health.ts'

const refused = (errorCode: number): RefusedError =>
  new RefusedError({ errorCode, errorInfo: 'as Tencent put it' })
const status = (code: number, retryAfterMs?: number): HttpStatusError =>
  new HttpStatusError({ origin: 'http://127.0.0.1', status: code, retryAfterMs })

function healthWith(random = 0): {
  readonly health: UpstreamHealth
  readonly changes: HealthChange[]
  readonly call: (now: number, error?: Error, tookMs?: number) => void
} {
  const changes: HealthChange[] = []
  const health = new UpstreamHealth(
    () => random,
    (change) => changes.push(change),
  )
  const call = (now: number, error?: Error, tookMs = 0): void => {
    const underWay = health.started(now - tookMs)
    if (error === undefined) health.answered(underWay, now)
    else health.failed(underWay, error, now)
  }
  return { health, changes, call }
}

const events = (changes: readonly HealthChange[]): string[] => changes.map(({ event }) => event)

describe('UpstreamHealth at the start', () => {
  test('lets one call try the credentials, believes all is well, and has told nothing', () => {
    const { health, changes } = healthWith()
    expect(health.refusal(0)).toBeUndefined()
    expect([health.breakerState(0), health.credentialsState(0)]).toEqual(['closed', 'closed'])
    expect([health.isSound(0), health.paceFactor(0), health.mayCall(0)]).toEqual([true, 1, true])
    health.started(0)
    expect(health.mayCall(0)).toBe(false)
    expect(changes).toEqual([])
  })
})

describe('a failing upstream', () => {
  test('is told once when calls are paused, with what to check, and once when it answers again', () => {
    const { health, changes, call } = healthWith()
    for (let failure = 0; failure < 5; failure += 1) call(0, unreachable())
    for (const now of [1_000, 3_000, 7_000]) call(now, unreachable())
    expect(changes).toEqual([
      {
        event: 'breaker-opened',
        level: 'warn',
        message: expect.stringMatching(/calls are paused.*Check the network and the region/),
      },
    ])
    expect(health.isSound(11_000)).toBe(false)
    call(11_000)
    expect(changes.slice(1)).toEqual([
      { event: 'breaker-closed', level: 'info', message: 'Tencent answers again' },
    ])
    call(11_000)
    expect(changes).toHaveLength(2)
  })

  test('refuses users while calls are paused, with how long, and no longer once a probe may go', () => {
    const { health, call } = healthWith()
    for (let failure = 0; failure < 5; failure += 1) call(0, unreachable())
    expect(health.refusal(400)).toMatchObject({
      code: 'upstream-unavailable',
      retryable: true,
      retryAfterMs: 600,
    })
    expect(health.mayCall(999)).toBe(false)
    expect(health.refusal(1_000)).toBeUndefined()
    expect(health.breakerState(1_000)).toBe('half-open')
  })

  test.each([
    ['half a second', 100, 500],
    ['calls before the outage did, if they took longer', 400, 800],
  ])('refuses users again while a probe takes longer than %s', (_title, roundTripMs, waitedMs) => {
    const { health, call } = healthWith()
    call(0, undefined, roundTripMs)
    for (let failure = 0; failure < 5; failure += 1) call(0, unreachable())
    const probe = health.started(2_000)
    expect(health.refusal(2_000 + waitedMs)).toBeUndefined()
    expect(health.refusal(2_001 + waitedMs)).toMatchObject({ code: 'upstream-unavailable' })
    expect(health.mayCall(2_001 + waitedMs)).toBe(false)
    health.answered(probe, 5_000)
    expect([health.refusal(5_000), health.mayCall(5_000)]).toEqual([undefined, true])
  })

  test('is called at a tenth of the pace after its return, and at full pace three seconds later', () => {
    const { health, call } = healthWith()
    for (let failure = 0; failure < 5; failure += 1) call(0, unreachable())
    expect(health.paceFactor(999)).toBe(1)
    call(1_000)
    expect(health.paceFactor(1_000)).toBeCloseTo(0.1, 9)
    expect(health.isSound(3_999)).toBe(false)
    expect([health.paceFactor(4_000), health.isSound(4_000)]).toEqual([1, true])
  })

  test.each<[string, TencentError, boolean]>([
    ['a lost connection', unreachable(), true],
    ['a broken reply', new InvalidReplyError('the body is not JSON'), true],
    ['status 502', status(502), true],
    ['code 91000', refused(91_000), true],
    ['status 429', status(429), false],
    ['status 404', status(404), false],
    ['code 60007', refused(60_007), false],
    ['code 90001', refused(90_001), false],
    ['an unknown code', refused(12_345), false],
  ])('by %s: five in a row pause calls: %s', (_title, error, pauses) => {
    const { health, call } = healthWith()
    for (let failure = 0; failure < 5; failure += 1) call(0, error)
    expect(health.breakerState(0)).toBe(pauses ? 'open' : 'closed')
  })

  test.each([
    [2_500, 2_500],
    [600_000, 4_000],
    [undefined, 1_000],
  ])('that asks for a pause of %s ms by Retry-After is paused for %i', (retryAfterMs, pausedMs) => {
    const { health, call } = healthWith()
    for (let failure = 0; failure < 5; failure += 1) call(0, status(503, retryAfterMs))
    expect(health.refusal(0)?.retryAfterMs).toBe(pausedMs)
  })

  test('is not paused by what is no failure of the upstream: a defect of ours', () => {
    const { health, call, changes } = healthWith()
    for (let failure = 0; failure < 30; failure += 1) call(0, new TypeError('a defect'))
    expect([health.breakerState(0), changes.length]).toEqual(['closed', 0])
  })
})

describe('refused credentials', () => {
  test.each([70_003, 70_009, 70_050, 60_020, 70_001])(
    'by code %i pause calls for a minute and are told once, with what to do',
    (code) => {
      const { health, changes, call } = healthWith()
      for (const now of [0, 60_000, 120_000]) call(now, refused(code))
      expect(changes).toEqual([
        {
          event: 'credentials-refused',
          level: 'error',
          upstreamCode: code,
          message: `${refused(code).message} Calls are paused; one a minute tries again.`,
        },
      ])
      expect(refused(code).advice).not.toBe('')
      expect(health.refusal(179_999)).toEqual({
        code: 'upstream-credentials',
        message: refused(code).message,
        retryable: false,
        retryAfterMs: 1,
        upstream: { code, text: 'as Tencent put it' },
      })
      expect(health.credentialsState(179_999)).toBe('open')
      expect([health.refusal(180_000), health.credentialsState(180_000)]).toEqual([
        undefined,
        'half-open',
      ])
    },
  )

  test('that are accepted again are told once', () => {
    const { health, changes, call } = healthWith()
    call(0, refused(70_009))
    call(60_000)
    call(60_000)
    expect(changes.slice(1)).toEqual([
      {
        event: 'credentials-accepted',
        level: 'info',
        message: 'Tencent accepts the credentials again',
      },
    ])
    expect(health.credentialsState(60_000)).toBe('closed')
  })

  test('are not taken for accepted because a call that began before is answered later', () => {
    const { health, changes, call } = healthWith()
    call(0)
    const slow = health.started(10)
    call(20, refused(70_009))
    health.answered(slow, 30)
    expect(events(changes)).toEqual(['credentials-refused'])
    expect(health.credentialsState(30)).toBe('open')
  })

  test('get one probe at once when they were changed', () => {
    const { health, call } = healthWith()
    call(0, refused(70_009))
    health.credentialsChanged()
    expect([health.refusal(1), health.mayCall(1)]).toEqual([undefined, true])
    expect(health.credentialsState(1)).toBe('half-open')
    health.started(1)
    expect(health.mayCall(1)).toBe(false)
  })

  test('that were never refused stay proved when there are new ones: calls go on side by side', () => {
    const { health, call } = healthWith()
    call(0)
    health.credentialsChanged()
    health.started(1)
    expect(health.mayCall(1)).toBe(true)
  })

  test('win over a failing upstream in what users are told', () => {
    const { health, call } = healthWith()
    for (let failure = 0; failure < 4; failure += 1) call(0, unreachable())
    const last = health.started(0)
    call(0, refused(70_009))
    health.failed(last, unreachable(), 0)
    expect(health.breakerState(0)).toBe('open')
    expect(health.refusal(0)?.code).toBe('upstream-credentials')
  })
})

describe('a throttling upstream', () => {
  test.each([refused(60_007), refused(60_018), status(429)])(
    '(%s) is told once, with what to do, and once when the pace is full again',
    (error) => {
      const { health, changes, call } = healthWith()
      call(0, error)
      call(1_000, error)
      expect(changes).toEqual([
        {
          event: 'throttled',
          level: 'warn',
          message: expect.stringMatching(/see who else calls, or raise replicas/),
        },
      ])
      expect(health.isSound(1_000)).toBe(false)
      call(15_400)
      expect(changes).toHaveLength(1)
      call(15_600)
      call(15_600)
      expect(changes.slice(1)).toEqual([
        { event: 'throttling-over', level: 'info', message: 'calls are back to their full pace' },
      ])
      call(20_000, error)
      expect(events(changes).at(-1)).toBe('throttled')
    },
  )

  test('halves the pace once for calls that were under way together', () => {
    const { health } = healthWith()
    const underWay = Array.from({ length: 10 }, () => health.started(0))
    for (const call of underWay) health.failed(call, refused(60_007), 50)
    expect(health.paceFactor(50)).toBe(0.5)
  })
})

describe('the count of calls', () => {
  test('tells those that were answered from those that failed, whatever they failed for', () => {
    const { health, call } = healthWith()
    for (let answer = 0; answer < 2; answer += 1) call(0)
    for (const error of [unreachable(), refused(90_001), new TypeError('a defect')]) call(0, error)
    expect([health.callsAnswered, health.callsFailed]).toEqual([2, 3])
  })
})

describe('the round trip', () => {
  test('is learnt from calls that were answered, and from no others', () => {
    const { health, call } = healthWith()
    call(1_000, unreachable(), 900)
    expect(health.roundTrip.meanMs).toBe(50)
    call(2_000, undefined, 300)
    expect(health.roundTrip.meanMs).toBe(300)
  })
})
