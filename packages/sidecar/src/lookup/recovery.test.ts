import { RefusedError } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { awaitedFlights, usersOf } from '../../tests/support/awaited-flights.ts'
import { numbered } from '../../tests/support/lookup-under-test.ts'
import { unreachable } from '../../tests/support/recording-upstream.ts'
import { recoveryWith } from '../../tests/support/recovery-under-test.ts'
import type { Batch } from './batch-queue.ts'
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
const TRANSIENT = unreachable()
const UNKNOWN = refused(12_345)
const REQUEST = refused(90_001)
const failure: Failure = { code: 'upstream-error', message: 'first', retryable: false }

describe('users of a call that failed transiently', () => {
  test('go back to the front of the queue, one by one, after a random pause, and the gate is kicked', async () => {
    const { send, cut, queue, kick, failed } = recoveryWith()
    send({ flights: awaitedFlights(['user-1', 'user-2']) }, TRANSIENT)
    queue.addForeground(awaitedFlights(['user-3']))
    await vi.advanceTimersByTimeAsync(49)
    expect([queue.foregroundUsers, kick.mock.calls.length]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(1)
    expect(kick).toHaveBeenCalledOnce()
    expect(cut()).toEqual(['user-1', 'user-2', 'user-3'])
    expect(failed).toEqual([])
  })

  test.each([
    [0, 0],
    [0.5, 50],
    [0.999_999, 100],
  ])('wait %f of at most 100 ms the first time: %i ms', async (random, delayMs) => {
    const { send, cut } = recoveryWith(random)
    send({ flights: awaitedFlights(['user-1']) }, TRANSIENT)
    await vi.advanceTimersByTimeAsync(Math.max(0, delayMs - 2))
    if (delayMs > 0) expect(cut()).toEqual([])
    await vi.advanceTimersByTimeAsync(3)
    expect(cut()).toEqual(['user-1'])
  })

  test('wait up to twice as long the second time, and are failed the third', async () => {
    const { send, cut, failed } = recoveryWith()
    const flights = awaitedFlights(['user-1'])
    send({ flights }, TRANSIENT)
    await vi.advanceTimersByTimeAsync(50)
    expect(cut()).toEqual(['user-1'])
    send({ flights }, TRANSIENT)
    await vi.advanceTimersByTimeAsync(99)
    expect(cut()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(cut()).toEqual(['user-1'])
    send({ flights }, TRANSIENT)
    expect(failed).toEqual(['user-1 upstream-unreachable'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('wait together, as long as the one that was tried most often', async () => {
    const { send, cut } = recoveryWith()
    const [first, second] = awaitedFlights(['user-1', 'user-2'])
    if (first === undefined || second === undefined) throw new TypeError('no flights')
    second.attempts = 1
    send({ flights: [first, second] }, TRANSIENT)
    await vi.advanceTimersByTimeAsync(99)
    expect(cut()).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(cut()).toEqual(['user-1', 'user-2'])
  })

  test('are tried once more only, if nobody knows the code', async () => {
    const { send, cut, failed } = recoveryWith()
    const flights = awaitedFlights(['user-1'])
    send({ flights }, UNKNOWN)
    await vi.advanceTimersByTimeAsync(50)
    expect(cut()).toEqual(['user-1'])
    send({ flights }, UNKNOWN)
    expect(failed).toEqual(['user-1 upstream-error'])
  })

  test('are failed at once where nobody who waits would still be there for the answer', () => {
    // Back in 50 ms, answered a round trip of 50 ms later.
    const { send, failed, queue } = recoveryWith()
    const late = awaitedFlights(['late'], 100)
    const inTime = awaitedFlights(['in-time'], 101)
    send({ flights: [...late, ...inTime, new Flight('refresh', 'sent', true)] }, TRANSIENT)
    expect(failed).toEqual(['late upstream-unreachable', 'refresh upstream-unreachable'])
    expect(queue.isEmpty).toBe(true)
    expect(inTime.map(({ state }) => state)).toEqual(['queued'])
  })

  test('are failed at once, without a timer, where none of them is worth a retry', () => {
    const { send, failed, recovery } = recoveryWith()
    for (let call = 0; call < 10; call += 1) {
      send({ flights: awaitedFlights(['late'], 100) }, TRANSIENT)
    }
    expect(failed).toHaveLength(10)
    expect(vi.getTimerCount()).toBe(0)
    // The budget was not touched for them.
    for (let call = 0; call < 3; call += 1) send({ flights: awaitedFlights(['user']) }, TRANSIENT)
    expect(failed).toHaveLength(10)
    expect(recovery.retries).toBe(0)
  })

  test('are retried within a budget: three, and a fifth of the calls', () => {
    const { send, failed } = recoveryWith()
    for (const user of numbered(100)) send({ flights: awaitedFlights([user]) }, TRANSIENT)
    expect(100 - failed.length).toBe(3 + 20)
  })

  test('earn no retries by being retried', () => {
    const { recovery, send, failed } = recoveryWith()
    for (const user of numbered(3)) send({ flights: awaitedFlights([user]) }, TRANSIENT)
    expect(failed).toEqual([])
    const [again] = awaitedFlights(['again'])
    if (again === undefined) throw new TypeError('no flight')
    again.attempts = 1
    for (let call = 0; call < 50; call += 1) recovery.callStarted({ flights: [again] }, 0)
    send({ flights: awaitedFlights(['user-3']) }, TRANSIENT)
    expect(failed).toEqual(['user-3 upstream-unreachable'])
  })

  test('are not retried while calls are paused', async () => {
    const { send, failed, pauseCalls } = recoveryWith()
    pauseCalls()
    send({ flights: awaitedFlights(['user-1']) }, TRANSIENT)
    expect(failed).toEqual(['user-1 upstream-unreachable'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are failed when their pause is over, if calls were paused meanwhile', async () => {
    const { send, failed, pauseCalls, queue } = recoveryWith()
    send({ flights: awaitedFlights(['user-1']) }, TRANSIENT)
    pauseCalls()
    await vi.advanceTimersByTimeAsync(50)
    expect(failed).toEqual(['user-1 upstream-unavailable'])
    expect(queue.isEmpty).toBe(true)
  })

  test('have their three attempts in a hunt as well, whatever rounds of it they were in', async () => {
    const { send, cutGroups, failed } = recoveryWith()
    let batch: Batch = { flights: awaitedFlights(numbered(100)) }
    for (const size of [25, 7, 2]) {
      send(batch, REQUEST)
      batch = cutGroups()[0] ?? batch
      expect(batch.flights).toHaveLength(size)
    }
    for (const pauseMs of [50, 100]) {
      send(batch, TRANSIENT)
      expect([cutGroups(), failed]).toEqual([[], []])
      await vi.advanceTimersByTimeAsync(pauseMs)
      expect(cutGroups()).toEqual([batch])
    }
    send(batch, TRANSIENT)
    expect(failed).toEqual(['user-0 upstream-unreachable', 'user-1 upstream-unreachable'])
  })

  test('stay a group of their hunt, if they were one', async () => {
    const { send, queue } = recoveryWith()
    const hunt = new Hunt(failure, () => undefined)
    send({ flights: awaitedFlights(['user-1', 'user-2']), hunt }, TRANSIENT)
    await vi.advanceTimersByTimeAsync(50)
    expect(queue.foregroundUsers).toBe(0)
    const group = queue.cutGroup(50, () => undefined)
    expect([usersOf(group?.flights ?? []), group?.hunt]).toEqual([['user-1', 'user-2'], hunt])
  })
})

describe('the count of retries', () => {
  test('has the calls in which every user had been before', () => {
    const { recovery } = recoveryWith()
    const [first, second] = awaitedFlights(['user-1', 'user-2'])
    if (first === undefined || second === undefined) throw new TypeError('no flights')
    recovery.callStarted({ flights: [first] }, 0)
    recovery.callStarted({ flights: [first, second] }, 0)
    expect(recovery.retries).toBe(0)
    recovery.callStarted({ flights: [first, second] }, 0)
    expect(recovery.retries).toBe(1)
    expect([first.attempts, second.attempts]).toEqual([3, 2])
  })

  test('has none of the rounds of a hunt, but the calls in which a group is tried again', async () => {
    const { recovery, cutGroups, send } = recoveryWith(0)
    send({ flights: awaitedFlights(numbered(8)) }, REQUEST)
    for (const group of cutGroups()) send(group, REQUEST)
    const [group] = cutGroups()
    if (group === undefined) throw new TypeError('no group')
    send(group, TRANSIENT)
    expect(recovery.retries).toBe(0)
    await vi.advanceTimersByTimeAsync(0)
    for (const again of cutGroups()) send(again, TRANSIENT)
    expect(recovery.retries).toBe(1)
  })
})
