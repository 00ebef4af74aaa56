import { vi } from 'vitest'

import { BatchCutter } from '../../src/lookup/batch-cutter.ts'
import { BatchQueue } from '../../src/lookup/batch-queue.ts'
import { Flights } from '../../src/lookup/flights.ts'
import { Recovery } from '../../src/lookup/recovery.ts'
import { RideAlong } from '../../src/lookup/ride-along.ts'
import { SlotGate } from '../../src/lookup/slot-gate.ts'
import { TagCache } from '../../src/lookup/tag-cache.ts'
import { UpstreamHealth } from '../../src/lookup/upstream-health.ts'
import { usersOf } from './awaited-flights.ts'
import { defaultWindows } from './lookup-under-test.ts'

/** Ten users in a batch, ten calls a second, users fresh for a minute and riding along in its last eight seconds. */
export function cutterWith({ callsPerSecond = 10 } = {}) {
  const now = (): number => performance.now()
  const queue = new BatchQueue()
  const flights = new Flights()
  const rideAlong = new RideAlong(8_000)
  const cache = new TagCache({
    maxBytes: 1e6,
    windows: defaultWindows,
    random: () => 0.5,
    rideAlong,
  })
  const health = new UpstreamHealth(
    () => 0,
    () => undefined,
  )
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
    const stored = cache.get(user)
    if (stored?.kind === 'known') cache.noteRead(stored)
  }
  const parts = { cutter, queue, cache, health, rideAlong }
  return { ...parts, failed, dropped, kick, cut, calls, cached, now }
}
