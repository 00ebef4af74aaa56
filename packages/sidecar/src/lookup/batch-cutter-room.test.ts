import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { RefusedError } from '@tagside/core'
import { awaitedFlights } from '../../tests/support/awaited-flights.ts'
import { cutterWith } from '../../tests/support/cutter-under-test.ts'
import { numbered } from '../../tests/support/lookup-under-test.ts'
import type { BatchQueue } from './batch-queue.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('spare room', () => {
  const waits = (queue: BatchQueue, users = 1): void =>
    queue.addForeground(awaitedFlights(numbered(users), Infinity))

  test('is filled with users that will be stale soon and were read, up to the room', () => {
    const { queue, cut, cached } = cutterWith()
    for (const user of numbered(5, 100)) cached(user, 1_000)
    waits(queue, 7)
    expect(cut()).toHaveLength(10)
    waits(queue, 10)
    expect(cut()).toEqual(numbered(10))
    waits(queue, 1)
    expect(cut()).toHaveLength(3)
  })

  test('is filled with users that are asked for again, should the call be divided, though nobody waits', () => {
    const { queue, cutter, cached, now } = cutterWith()
    cached('rider', 1_000)
    waits(queue)
    const flights = cutter.cut(now())?.flights ?? []
    expect(flights.map((flight) => flight.isWanted(now()))).toEqual([true, true])
  })

  test('makes no call of its own', () => {
    const { cut, cached } = cutterWith()
    cached('rider', 1_000)
    expect(cut()).toBeUndefined()
  })

  test('is not for users that are stale, not cached, fresh for long, or in a flight', async () => {
    const { queue, cut, cached, cutter, now } = cutterWith()
    cached('rider', 2_000)
    cached('fresh-for-long', 30_000)
    cached('stale-then', 1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    waits(queue)
    expect(cut()).toEqual(['user-0', 'rider'])
    // In a flight now; it may ride along again only when it was fetched and read.
    cached('rider', 1_000)
    waits(queue)
    expect(cut()).toEqual(['user-0'])
    expect(cutter.cut(now())).toBeUndefined()
  })

  test('is not for users that went stale since the last full step of time', async () => {
    const { queue, cut, cached, now } = cutterWith()
    await vi.advanceTimersByTimeAsync(1_000 - (now() % 1_000))
    cached('stale-then', 400)
    cached('rider', 600)
    await vi.advanceTimersByTimeAsync(400)
    waits(queue)
    expect(cut()).toEqual(['user-0', 'rider'])
  })

  test('is not for users that were forgotten', () => {
    const { queue, cut, cached, cache } = cutterWith()
    cached('rider', 1_000)
    cache.delete('rider')
    waits(queue)
    expect(cut()).toEqual(['user-0'])
  })

  test('is not kept for users that went stale while every batch was full', async () => {
    const { queue, cut, cached, rideAlong } = cutterWith()
    cached('rider', 1_000)
    await vi.advanceTimersByTimeAsync(10_000)
    waits(queue, 10)
    expect([cut(), rideAlong.size]).toEqual([numbered(10), 0])
  })

  test('is left empty while the upstream is in trouble', () => {
    const { queue, cut, cached, health, now } = cutterWith()
    cached('rider', 1_000)
    const throttled = new RefusedError({ errorCode: 60_007, errorInfo: '' })
    health.failed(health.started(now()), throttled, now())
    waits(queue)
    expect(cut()).toEqual(['user-0'])
  })
})
