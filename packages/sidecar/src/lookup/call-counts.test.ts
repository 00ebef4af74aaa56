import {
  CallTimeoutError,
  HttpStatusError,
  InvalidReplyError,
  RefusedError,
  UnreachableError,
} from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { CallCounts } from './call-counts.ts'
import { Flight } from './flights.ts'
import { Hunt } from './hunt.ts'

const origin = 'http://127.0.0.1'

function queued(user: string, atMs: number, { refresh = false, wasSent = false } = {}): Flight {
  const flight = new Flight(user, 'queued', refresh)
  flight.queuedAtMs = atMs
  flight.wasSent = wasSent
  return flight
}

describe('a seat', () => {
  const counts = new CallCounts()
  const rider = queued('user-4', 0, { refresh: true })
  const flights = [
    queued('user-1', 900, { wasSent: true }),
    queued('user-2', 980),
    queued('user-3', 999.5, { refresh: true }),
    rider,
  ]
  counts.started({ flights, riders: 1 }, 1_000)

  test('is for somebody who waits, a retry, a refresh, or whoever rides along', () => {
    expect(counts.seats).toEqual({
      foreground: 1,
      retry: 1,
      refresh: 1,
      'ride-along': 1,
      isolated: 0,
    })
    expect([counts.batchUsers.count, counts.batchUsers.sum]).toEqual([1, 4])
  })

  test('was waited for since its user was queued; who rides along did not wait', () => {
    expect(counts.queueWaitS.count).toBe(3)
    expect(counts.queueWaitS.sum).toBeCloseTo(0.1 + 0.02 + 0.0005, 9)
  })

  test('is isolated in search of a culprit, whatever its user was before', () => {
    const searching = new CallCounts()
    const failure = { code: 'upstream-error', message: '', retryable: false } as const
    const hunt = new Hunt(failure, () => undefined)
    searching.started({ flights: [queued('user-1', 0, { wasSent: true })], hunt }, 1)
    expect(searching.seats.isolated).toBe(1)
  })
})

describe('a call', () => {
  const refused = (errorCode: number): RefusedError =>
    new RefusedError({ errorCode, errorInfo: '' })
  const status = (code: number): HttpStatusError =>
    new HttpStatusError({ origin, status: code, retryAfterMs: undefined })

  test.each([
    ['throttled', refused(60_007)],
    ['throttled', status(429)],
    ['credentials', refused(70_009)],
    ['credentials', refused(70_001)],
    ['refused', refused(90_001)],
    ['refused', refused(91_000)],
    ['refused', refused(12_345)],
    ['http-status', status(502)],
    ['unreachable', new UnreachableError({ origin, systemCode: 'ECONNRESET', cause: undefined })],
    ['timeout', new CallTimeoutError({ origin, timeoutMs: 4_000 })],
    ['invalid-reply', new InvalidReplyError('it is not JSON')],
    ['defect', new TypeError('a defect')],
  ])('that failed counts as %s for %s', (result, error) => {
    const counts = new CallCounts()
    counts.failed(error, 250)
    const happened = Object.entries(counts.results).filter(([, calls]) => calls > 0)
    expect(happened).toEqual([[result, 1]])
    expect([counts.durationS.count, counts.durationS.sum]).toEqual([1, 0.25])
  })

  test('that was answered counts as that', () => {
    const counts = new CallCounts()
    counts.answered(30)
    expect(counts.results).toMatchObject({ answered: 1, defect: 0 })
    expect(counts.durationS.sum).toBe(0.03)
  })
})
