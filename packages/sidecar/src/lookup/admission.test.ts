import { RefusedError } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { awaitedFlights } from '../../tests/support/awaited-flights.ts'
import { numbered } from '../../tests/support/lookup-under-test.ts'
import { Admission } from './admission.ts'
import { BatchQueue } from './batch-queue.ts'
import { SlotGate } from './slot-gate.ts'
import { UpstreamHealth } from './upstream-health.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A slot each 10 ms, ten users in a batch. Until a call was answered, its round trip is likely below 100 ms. */
function admissionWith({ maxConcurrentCalls = 32, queueMaxUsers = 1_000 } = {}) {
  const queue = new BatchQueue()
  const health = new UpstreamHealth(
    () => 0,
    () => undefined,
  )
  const gate = new SlotGate({
    callsPerSecond: 100 / 0.95,
    maxConcurrentCalls,
    now: () => 0,
    paceFactor: (now) => health.paceFactor(now),
    startCall: () => undefined,
  })
  gate.close()
  const options = { queue, gate, health, batchMaxUsers: 10, maxConcurrentCalls, queueMaxUsers }
  return { admission: new Admission(options), queue, health }
}

describe('Admission', () => {
  test('has room for the users of the slots that open before the deadline, less a round trip', () => {
    const { admission } = admissionWith()
    // Nine tenths of 167 ms, less 100 ms: five slots.
    expect(admission.room(500, 167, 0)).toBe(50)
    expect(admission.room(500, 166, 0)).toBe(40)
    expect(admission.room(7, 167, 0)).toBe(7)
    expect(admission.room(500, 1_167, 1_000)).toBe(50)
  })

  test('has room for a batch however near the deadline: the next slot is for whoever waits', () => {
    const { admission, queue } = admissionWith()
    expect(admission.room(500, 1, 0)).toBe(10)
    queue.addForeground(awaitedFlights(numbered(6)))
    expect(admission.room(500, 1, 0)).toBe(4)
    queue.addForeground(awaitedFlights(numbered(6)))
    expect(admission.room(500, 1, 0)).toBe(0)
  })

  test('takes off those who will be seated before', () => {
    const { admission, queue } = admissionWith()
    queue.addDue(awaitedFlights(numbered(5)))
    queue.addForeground(awaitedFlights(numbered(20)))
    expect(admission.room(500, 167, 0)).toBe(25)
    // One user has its turn after eight of the other request.
    expect(admission.room(1, 134, 0)).toBe(1)
    expect(admission.room(1, 133, 0)).toBe(0)
  })

  test('has room for fewer while requests are refused, because newcomers take turns as well', () => {
    const { admission, queue } = admissionWith()
    for (const lane of [1, 2, 3]) queue.addForeground(awaitedFlights(numbered(20 * lane)))
    // 120 users wait, and if nobody else comes that is all; ten turns of three requests are 240.
    expect(admission.room(80, 400, 0)).toBe(80)
    admission.refusal(0)
    expect(admission.room(80, 400, 0)).toBe(20)
    expect(admission.room(80, 1_399, 999)).toBe(20)
    expect(admission.room(80, 1_400, 1_000)).toBe(80)
  })

  test('counts on no more slots than calls that end: a slow upstream with few connections has less room', () => {
    const { admission } = admissionWith({ maxConcurrentCalls: 1 })
    expect(admission.room(500, 389, 0)).toBe(50)
    expect(admission.room(500, 388, 0)).toBe(40)
  })

  test('has half the room at half the pace', () => {
    const { admission, health } = admissionWith()
    const throttled = new RefusedError({ errorCode: 60_007, errorInfo: '' })
    health.failed(health.started(0), throttled, 0)
    expect(admission.room(500, 223, 0)).toBe(50)
    expect(admission.room(500, 222, 0)).toBe(40)
  })

  test('never lets the queue grow over its bound, however far the deadline', () => {
    const { admission, queue } = admissionWith({ queueMaxUsers: 30 })
    expect(admission.room(31, 1e9, 0)).toBe(30)
    queue.addForeground(awaitedFlights(numbered(29)))
    expect(admission.room(5, 1e9, 0)).toBe(1)
    queue.addDue(awaitedFlights(['user-99']))
    expect(admission.room(5, 1e9, 0)).toBe(0)
    queue.addDue(awaitedFlights(['user-100']))
    expect(admission.room(5, 1e9, 0)).toBe(0)
  })

  test('tells who is refused to come back when the queue of now is served', () => {
    const { admission, queue } = admissionWith()
    expect(admission.refusal(0)).toMatchObject({ code: 'overloaded', retryable: true })
    expect(admission.refusal(0).retryAfterMs).toBe(0)
    queue.addForeground(awaitedFlights(numbered(21)))
    expect(admission.refusal(0).retryAfterMs).toBeCloseTo(30, 6)
  })
})
