import { RefusedError } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { awaitedFlights } from '../../tests/support/awaited-flights.ts'
import { numbered } from '../../tests/support/lookup-under-test.ts'
import { recoveryWith } from '../../tests/support/recovery-under-test.ts'
import { Flight } from './flights.ts'
import { Hunt } from './hunt.ts'
import type { Failure } from './outcome.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const refused = (errorCode: number): RefusedError => new RefusedError({ errorCode, errorInfo: '' })
const THROTTLED = refused(60_007)
const REQUEST = refused(90_001)
const failure: Failure = { code: 'upstream-error', message: 'first', retryable: false }

describe('users of a call that was throttled', () => {
  test('go back to the front at once, with no attempt and no retry spent', () => {
    const { send, cut, failed, recovery } = recoveryWith()
    const flights = awaitedFlights(['user-1', 'user-2'])
    for (let call = 0; call < 10; call += 1) {
      send({ flights }, THROTTLED)
      expect(cut()).toEqual(['user-1', 'user-2'])
    }
    expect([failed, flights.map(({ attempts }) => attempts)]).toEqual([[], [0, 0]])
    expect(flights.map(({ state }) => state)).toEqual(['queued', 'queued'])
    // Should they run out of time, they are told what held them up.
    expect(
      flights.flatMap(({ waiters }) => waiters.map((waiter) => waiter.delayedBy?.code)),
    ).toEqual(['upstream-throttled', 'upstream-throttled'])
    expect(recovery.retries).toBe(0)
  })

  test('are let go where nobody waits for them', () => {
    const { send, cut, failed } = recoveryWith()
    const late = awaitedFlights(['late'], 0)
    const flights = [...late, new Flight('refresh', 'sent', true), ...awaitedFlights(['user-1'])]
    send({ flights }, THROTTLED)
    expect(failed).toEqual(['late upstream-throttled', 'refresh upstream-throttled'])
    expect(cut()).toEqual(['user-1'])
  })

  test('stay a group of their hunt; a group that nobody waits for is gone', () => {
    const { send, queue } = recoveryWith()
    const hunt = new Hunt(failure, () => undefined)
    send({ flights: awaitedFlights(['late'], 0), hunt }, THROTTLED)
    expect(queue.hasGroups).toBe(false)
    send({ flights: awaitedFlights(['user-1']), hunt }, THROTTLED)
    expect(queue.cutGroup(0, () => undefined)?.hunt).toBe(hunt)
  })
})

describe('users of a call that was refused as wrong', () => {
  test('are asked for again in groups, each alone', () => {
    const { send, queue, failed } = recoveryWith()
    const flights = awaitedFlights(numbered(10))
    send({ flights }, REQUEST)
    const sizes: number[] = []
    while (queue.hasGroups) sizes.push(queue.cutGroup(0, () => undefined)?.flights.length ?? 0)
    expect([sizes, failed]).toEqual([[3, 3, 3, 1], []])
    expect(new Set(flights.map(({ state }) => state))).toEqual(new Set(['queued']))
  })

  test('are failed, and blamed only if others of the same batch were answered', () => {
    const { send, failed, culprits } = recoveryWith()
    send({ flights: awaitedFlights(['alone']) }, REQUEST)
    expect([failed, culprits]).toEqual([['alone upstream-error'], []])

    const other = recoveryWith()
    other.send({ flights: awaitedFlights(['user-1', 'user-2']) }, REQUEST)
    const first = other.queue.cutGroup(0, () => undefined)
    const second = other.queue.cutGroup(0, () => undefined)
    second?.hunt.succeeded()
    if (first !== undefined) other.send(first, REQUEST)
    expect([other.failed, other.culprits]).toEqual([['user-1 upstream-error'], ['user-1']])
  })
})

describe('a group whose hunt is hopeless', () => {
  test('is failed with what the first refusal said', () => {
    const { recovery, failed } = recoveryWith()
    const hunt = new Hunt(failure, () => undefined)
    const group = { flights: awaitedFlights(['user-1']), hunt }
    expect([recovery.isHopeless(group), failed]).toEqual([false, []])
    for (let refusal = 0; refusal < 9; refusal += 1) hunt.refused(group.flights, failure)
    expect([recovery.isHopeless(group), failed]).toEqual([true, ['user-1 upstream-error']])
  })
})

describe('users of a call that no other call can mend', () => {
  test.each([
    ['refused credentials', refused(70_009), 'upstream-credentials'],
    ['an expired signature', refused(70_001), 'upstream-credentials'],
    ['a disabled application', refused(60_016), 'upstream-credentials'],
    ['a defect of ours', new TypeError('a defect'), 'internal-error'],
  ])('(%s) are failed at once', (_title, error, code) => {
    const { send, failed, queue } = recoveryWith()
    send({ flights: awaitedFlights(['user-1', 'user-2']) }, error)
    expect(failed).toEqual([`user-1 ${code}`, `user-2 ${code}`])
    expect([queue.isEmpty, vi.getTimerCount()]).toEqual([true, 0])
  })
})
