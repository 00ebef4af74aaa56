import { vi } from 'vitest'

import { type Batch, BatchQueue } from '../../src/lookup/batch-queue.ts'
import { Recovery } from '../../src/lookup/recovery.ts'
import { UpstreamHealth } from '../../src/lookup/upstream-health.ts'
import { usersOf } from './awaited-flights.ts'
import { unreachable } from './recording-upstream.ts'

/** A recovery on a clock that starts at 0. `random` of the backoff is 0.5 unless told otherwise. */
export function recoveryWith(random = 0.5) {
  const startMs = performance.now()
  const now = (): number => performance.now() - startMs
  const queue = new BatchQueue()
  const health = new UpstreamHealth(
    () => 0,
    () => undefined,
  )
  const failed: string[] = []
  const culprits: string[] = []
  const kick = vi.fn<() => void>()
  const recovery = new Recovery({
    queue,
    health,
    now,
    random: () => random,
    fail: (flights, { code }) => failed.push(...flights.map(({ user }) => `${user} ${code}`)),
    onCulprit: (user) => culprits.push(user),
    kick,
  })
  const send = (batch: Batch, error: Error): void => {
    for (const flight of batch.flights) flight.send()
    recovery.callStarted(batch, now())
    recovery.callFailed(batch, error)
  }
  const cut = (): string[] => usersOf(queue.cut(100, now(), () => undefined))
  const cutGroups = (): Batch[] => {
    const groups: Batch[] = []
    while (queue.hasGroups) groups.push(queue.cutGroup(now(), () => undefined) ?? { flights: [] })
    return groups
  }
  const pauseCalls = (): void => {
    for (let call = 0; call < 5; call += 1)
      health.failed(health.started(now()), unreachable(), now())
  }
  return { recovery, queue, failed, culprits, kick, send, cut, cutGroups, pauseCalls }
}
