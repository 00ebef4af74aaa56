import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

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

describe('the linger', () => {
  test('begins above 60 % of the share, and lasts ten milliseconds', async () => {
    const { queue, cut, calls, kick } = cutterWith()
    await calls(6)
    queue.addForeground(awaitedFlights(['user-1'], Infinity))
    expect(cut()).toEqual(['user-1'])
    await calls(1)
    queue.addForeground(awaitedFlights(['user-2'], Infinity))
    expect(cut()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(9)
    expect([cut(), kick.mock.calls.length]).toEqual([undefined, 0])
    queue.addForeground(awaitedFlights(['user-3'], Infinity))
    await vi.advanceTimersByTimeAsync(1)
    expect([kick.mock.calls.length, cut()]).toEqual([1, ['user-2', 'user-3']])
  })

  test('ends at once when the batch is full, and begins anew for the next', async () => {
    const { queue, cut, calls } = cutterWith()
    await calls(7)
    queue.addForeground(awaitedFlights(numbered(9), Infinity))
    expect(cut()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(5)
    queue.addForeground(awaitedFlights(['user-9'], Infinity))
    expect(cut()).toHaveLength(10)
    queue.addForeground(awaitedFlights(['user-10'], Infinity))
    expect(cut()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(9)
    expect(cut()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(cut()).toEqual(['user-10'])
    queue.addForeground(awaitedFlights(['user-11'], Infinity))
    expect(cut()).toBeUndefined()
  })

  test('ends all the same where the timer fires a moment too early', async () => {
    const { queue, cut, cutter, calls, kick, now } = cutterWith()
    await calls(7)
    queue.addForeground(awaitedFlights(['user-1'], Infinity))
    expect(cut()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(10)
    expect(kick).toHaveBeenCalledOnce()
    expect(cutter.cut(now() - 0.4)).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(kick).toHaveBeenCalledTimes(2)
    expect(cut()).toEqual(['user-1'])
  })

  const oneByOne = (queue: BatchQueue, users: readonly string[]): void => {
    for (const user of users) queue.addForeground(awaitedFlights([user], Infinity))
  }

  test.each([
    [5, 50, 25],
    [5, 51, 0],
    [4, 50, 0],
  ])(
    'with %i requests waiting %i ms after a call lasts %i',
    async (requests, afterMs, lingerMs) => {
      const { queue, cut, kick } = cutterWith()
      oneByOne(queue, ['first'])
      expect(cut()).toEqual(['first'])
      await vi.advanceTimersByTimeAsync(afterMs)
      oneByOne(queue, numbered(requests))
      if (lingerMs > 0) {
        expect(cut()).toBeUndefined()
        await vi.advanceTimersByTimeAsync(lingerMs - 1)
        expect([cut(), kick.mock.calls.length]).toEqual([undefined, 0])
        await vi.advanceTimersByTimeAsync(1)
        expect(kick).toHaveBeenCalledOnce()
      }
      expect(cut()).toEqual(numbered(requests))
    },
  )

  test.each([
    [4, 0],
    [5, 25],
  ])('after a call for %i requests that came together lasts %i ms', async (requests, lingerMs) => {
    const { queue, cut } = cutterWith()
    oneByOne(queue, numbered(requests))
    // The first of a crowd go at once.
    expect(cut()).toEqual(numbered(requests))
    await vi.advanceTimersByTimeAsync(50)
    oneByOne(queue, ['next'])
    if (lingerMs > 0) {
      expect(cut()).toBeUndefined()
      await vi.advanceTimersByTimeAsync(lingerMs)
    }
    expect(cut()).toEqual(['next'])
  })

  test('does not begin while nobody waits', async () => {
    const { queue, cut, calls, kick } = cutterWith()
    await calls(7)
    expect(cut()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(20)
    expect(kick).not.toHaveBeenCalled()
    queue.addForeground(awaitedFlights(['user-1'], Infinity))
    expect(cut()).toBeUndefined()
  })
})
