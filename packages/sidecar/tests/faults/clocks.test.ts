import { afterEach, describe, expect, test, vi } from 'vitest'

import { restTells } from './support/both-faces.ts'
import { sidecarOverFake } from './support/sidecar-over.ts'

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
      await using over = await sidecarOverFake({ TAGSIDE_TTL_JITTER: '0' })
      expect(await restTells(over.url, 'user-1')).toBe('fetched GoldMember')
      setWallClock(stepMs)
      expect(await restTells(over.url, 'user-1')).toBe('fresh GoldMember')
      expect(await restTells(over.url, 'user-2')).toBe('fetched GoldMember')
      expect(await restTells(over.url, 'user-3')).toBe('fetched GoldMember')
      const { calls, badSignatures } = over.fake.stats
      expect([calls, badSignatures]).toEqual([3, 0])
      // Set back, Bottleneck would wait until the clock is again where it was.
      expect(over.logged).toEqual(stepMs < 0 ? ['warn limiter-replaced'] : [])
      vi.restoreAllMocks()
    }
  })
})
