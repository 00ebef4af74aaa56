import { RefusedError } from '@tagside/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { awaitedFlights, usersOf } from '../../tests/support/awaited-flights.ts'
import { defaultWindows, numbered } from '../../tests/support/lookup-under-test.ts'
import { unreachable } from '../../tests/support/recording-upstream.ts'
import { BatchCutter } from './batch-cutter.ts'
import { BatchQueue } from './batch-queue.ts'
import { Flights } from './flights.ts'
import { Hunt } from './hunt.ts'
import type { Failure } from './outcome.ts'
import { Recovery } from './recovery.ts'
import { RideAlong } from './ride-along.ts'
import { SlotGate } from './slot-gate.ts'
import { TagCache } from './tag-cache.ts'
import { UpstreamHealth } from './upstream-health.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const failure: Failure = { code: 'upstream-error', message: 'refused', retryable: false }
const newHunt = (): Hunt => new Hunt(failure, () => undefined)
const hopelessHunt = (): Hunt => {
  const hunt = newHunt()
  for (let refusal = 0; refusal < 9; refusal += 1) {
    hunt.refused(awaitedFlights(['user-1', 'user-2']), failure)
  }
  return hunt
}

/** Ten users in a batch, ten calls a second, users fresh for a minute and riding along in its last eight seconds. */
function cutterWith({ callsPerSecond = 10 } = {}) {
  const now = (): number => performance.now()
  const queue = new BatchQueue()
  const flights = new Flights()
  const cache = new TagCache({ maxBytes: 1e6, windows: defaultWindows, random: () => 0.5 })
  const health = new UpstreamHealth(
    () => 0,
    () => undefined,
  )
  const rideAlong = new RideAlong(8_000)
  const failed: string[] = []
  const dropped: string[] = []
  const recovery = new Recovery({
    queue,
    health,
    now,
    random: () => 0,
    fail: (those) => failed.push(...usersOf(those)),
    onCulprit: () => undefined,
    kick: () => undefined,
  })
  const gate = new SlotGate({
    callsPerSecond,
    maxConcurrentCalls: 1,
    now,
    startCall: () => undefined,
  })
  gate.close()
  const kick = vi.spyOn(gate, 'kick')
  const cutter = new BatchCutter({
    queue,
    flights,
    cache,
    rideAlong,
    recovery,
    health,
    gate: () => gate,
    callsPerSecond,
    batchMaxUsers: 10,
    drop: (flight) => dropped.push(flight.user),
  })
  const cut = (): string[] | undefined => {
    const batch = cutter.cut(now())
    return batch === undefined ? undefined : usersOf(batch.flights)
  }
  /** Makes `count` calls now, as the gate counts them. */
  const calls = async (count: number): Promise<void> => {
    for (let call = 0; call < count; call += 1) await gate.takeExtraCall()
  }
  /** Caches a user that is fresh for so long from now, and was read. */
  const cached = (user: string, freshMs: number): void => {
    const entry = cache.knownEntry([], now() + freshMs - defaultWindows.ttlMs)
    cache.store(user, entry)
    rideAlong.enter(user, entry.freshUntilMs)
  }
  const parts = { cutter, queue, cache, health, rideAlong }
  return { ...parts, failed, dropped, kick, cut, calls, cached, now }
}

describe('a batch', () => {
  test('has at most as many users as it may, and is none if nobody waits', () => {
    const { queue, cut } = cutterWith()
    expect(cut()).toBeUndefined()
    queue.addForeground(awaitedFlights(numbered(12), Infinity))
    expect([cut(), cut(), cut()]).toEqual([numbered(10), numbered(2, 10), undefined])
  })

  test('is not cut while calls are paused', () => {
    const { queue, health, cut, now } = cutterWith()
    for (let call = 0; call < 5; call += 1)
      health.failed(health.started(now()), unreachable(), now())
    queue.addForeground(awaitedFlights(['user-1'], Infinity))
    expect(cut()).toBeUndefined()
    expect(queue.foregroundUsers).toBe(1)
  })
})

describe('a group in search of a culprit', () => {
  test('goes before those who wait, alone, and nobody rides along', () => {
    const { queue, cutter, cached, now } = cutterWith()
    const hunt = newHunt()
    cached('rider', 1_000)
    queue.addForeground(awaitedFlights(['user-3'], Infinity))
    queue.addGroups([{ flights: awaitedFlights(['user-1', 'user-2'], Infinity), hunt }])
    const batch = cutter.cut(now())
    expect([usersOf(batch?.flights ?? []), batch?.hunt]).toEqual([['user-1', 'user-2'], hunt])
    const next = cutter.cut(now())
    expect([usersOf(next?.flights ?? []), next?.hunt]).toEqual([['user-3', 'rider'], undefined])
  })

  test.each([
    [1, 1],
    [4, 1],
    [10, 2],
    [14, 2],
    [100, 20],
  ])(
    'gets, of a share of %i slots a second, %i in any trailing second',
    async (callsPerSecond, slots) => {
      const { queue, cut } = cutterWith({ callsPerSecond })
      const hunt = newHunt()
      const group = (user: string) => ({ flights: awaitedFlights([user], Infinity), hunt })
      queue.addGroups(numbered(slots + 1).map(group))
      queue.addForeground(awaitedFlights(['other'], Infinity))
      expect(Array.from({ length: slots }, cut)).toEqual(numbered(slots).map((user) => [user]))
      // The others are not held up by it.
      expect(cut()).toEqual(['other'])
      await vi.advanceTimersByTimeAsync(1_004)
      expect(cut()).toBeUndefined()
      await vi.advanceTimersByTimeAsync(1)
      expect(cut()).toEqual([`user-${slots}`])
    },
  )

  test('that had to wait is cut without anybody coming: the gate is kicked', async () => {
    const { queue, cut, kick } = cutterWith({ callsPerSecond: 1 })
    const hunt = newHunt()
    const group = (user: string) => ({ flights: awaitedFlights([user], Infinity), hunt })
    queue.addGroups(numbered(2).map(group))
    cut()
    cut()
    await vi.advanceTimersByTimeAsync(1_004)
    expect(kick).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(kick).toHaveBeenCalledOnce()
  })

  test('arms one timer for its wait, however often it is looked at, and one more for the next wait', async () => {
    const { queue, cut, kick } = cutterWith({ callsPerSecond: 1 })
    const hunt = newHunt()
    const group = (user: string) => ({ flights: awaitedFlights([user], Infinity), hunt })
    queue.addGroups(numbered(3).map(group))
    // The gate's own timers are over.
    await vi.advanceTimersByTimeAsync(5_000)
    for (const kicks of [1, 2]) {
      for (let look = 0; look < 5; look += 1) cut()
      expect(vi.getTimerCount()).toBe(1)
      await vi.advanceTimersByTimeAsync(1_005)
      expect(kick).toHaveBeenCalledTimes(kicks)
    }
    expect(cut()).toEqual(['user-2'])
  })

  test('leaves no timer when it was the last', async () => {
    const { queue, cut } = cutterWith({ callsPerSecond: 1 })
    await vi.advanceTimersByTimeAsync(5_000)
    queue.addGroups([{ flights: awaitedFlights(['user-1'], Infinity), hunt: newHunt() }])
    expect([cut(), cut(), vi.getTimerCount()]).toEqual([['user-1'], undefined, 0])
  })

  test('is failed, and no slot spent, once its hunt is hopeless', () => {
    const { queue, cut, failed } = cutterWith({ callsPerSecond: 1 })
    const hopeless = hopelessHunt()
    queue.addGroups([
      { flights: awaitedFlights(['user-1'], Infinity), hunt: hopeless },
      { flights: awaitedFlights(['user-2'], Infinity), hunt: hopeless },
      { flights: awaitedFlights(['user-3'], Infinity), hunt: newHunt() },
    ])
    expect([cut(), failed]).toEqual([['user-3'], ['user-1', 'user-2']])
    queue.addGroups([{ flights: awaitedFlights(['user-4'], Infinity), hunt: hopeless }])
    expect([cut(), failed.length]).toEqual([undefined, 2])
  })

  test('that nobody waits for is dropped, and those who wait are cut in its place', () => {
    const { queue, cut, dropped, now } = cutterWith()
    queue.addGroups([{ flights: awaitedFlights(['late'], now()), hunt: newHunt() }])
    queue.addForeground(awaitedFlights(['user-1'], Infinity))
    expect([cut(), dropped]).toEqual([['user-1'], ['late']])
  })
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
