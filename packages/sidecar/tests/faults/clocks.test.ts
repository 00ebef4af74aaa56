import { afterEach, describe, expect, test, vi } from 'vitest'

import { restTells } from './support/both-faces.ts'
import { goldMembers, sidecarOverFake } from './support/sidecar-over.ts'

/** A UserSig is valid for a day. */
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The real one, taken before any test sets it. */
const wallClock = Date.now

/** Sets the wall clock of this process, Tencent's included. Monotonic time and timers go on as if nothing had happened. */
function setWallClock(offMs: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => wallClock() + offMs)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('clocks', () => {
  test('S5 a wall clock set by 25 hours or 61 s, forward or back, moves no fresh time and no deadline; calls go on, with a UserSig signed anew', async () => {
    for (const stepMs of [DAY_MS + HOUR_MS, -DAY_MS - HOUR_MS, 61_000, -61_000]) {
      await using over = await sidecarOverFake(
        { TAGSIDE_TTL_JITTER: '0' },
        { users: goldMembers(6) },
      )
      expect(await restTells(over.url, 'user-1')).toBe('fetched GoldMember')
      setWallClock(stepMs)
      expect(await restTells(over.url, 'user-1')).toBe('fresh GoldMember')
      // More than the slots that were granted or under way at the step.
      for (const user of ['user-2', 'user-3', 'user-4', 'user-5', 'user-6'])
        expect(await restTells(over.url, user)).toBe('fetched GoldMember')
      const { calls, badSignatures } = over.fake.stats
      expect([calls, badSignatures]).toEqual([6, 0])
      // Set back, Bottleneck would wait until the clock is again where it was.
      expect(over.logged).toEqual(stepMs < 0 ? ['warn limiter-replaced'] : [])
      vi.restoreAllMocks()
    }
  })
})
