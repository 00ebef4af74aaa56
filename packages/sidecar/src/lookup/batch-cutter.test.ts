import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { Hunt } from './hunt.ts'
import type { Failure } from './outcome.ts'
import { awaitedFlights, usersOf } from '../../tests/support/awaited-flights.ts'
import { cutterWith } from '../../tests/support/cutter-under-test.ts'
import { numbered } from '../../tests/support/lookup-under-test.ts'
import { unreachable } from '../../tests/support/recording-upstream.ts'

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
