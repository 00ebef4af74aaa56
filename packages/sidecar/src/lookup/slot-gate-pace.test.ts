import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { gaps, gateWith } from '../../tests/support/gate-under-test.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a pace below the full one', () => {
  test.each([
    [0.5, 21],
    [0.1, 105],
  ])('of %f keeps calls so far apart: %i ms', async (factor, gapMs) => {
    const { gate, starts } = gateWith({ pieces: Infinity }, 100, { paceFactor: () => factor })
    await vi.advanceTimersByTimeAsync(3_000)
    expect(Math.min(...gaps(starts))).toBeGreaterThanOrEqual(gapMs)
    expect(Math.max(...gaps(starts))).toBeLessThanOrEqual(gapMs + 12)
    expect(starts.length).toBeGreaterThan(3_000 / (gapMs + 12))
    expect(gate.spacingMs(0)).toBeCloseTo(1_000 / 95 / factor, 9)
    gate.close()
  })

  test('that rises while a slot waits for it starts one call with that slot', async () => {
    let factor = 0.1
    const { gate, starts } = gateWith({ pieces: Infinity }, 100, { paceFactor: () => factor })
    await vi.advanceTimersByTimeAsync(950)
    const lastMs = starts.at(-1) ?? 0
    factor = 1
    gate.kick()
    await vi.advanceTimersByTimeAsync(200)
    const after = starts.filter((startMs) => startMs > lastMs)
    // The armed slot and the first the limiter grants after it may come together; no call comes without a slot.
    expect(after.length).toBeGreaterThan(10)
    expect(Math.min(...gaps(after).slice(1))).toBeGreaterThanOrEqual(9)
    gate.close()
  })

  test('that rises is noticed within a tenth of a second, though nobody comes', async () => {
    let factor = 0.1
    const { gate, starts } = gateWith({ pieces: Infinity }, 1, { paceFactor: () => factor })
    const startMs = performance.now()
    await vi.advanceTimersByTimeAsync(3_000)
    factor = 1
    await vi.advanceTimersByTimeAsync(100)
    expect(starts).toHaveLength(2)
    expect((starts[1] ?? 0) - startMs).toBeGreaterThan(3_000)
    gate.close()
  })

  test('has one timer for the slot that waits, however often it is kicked, and none once closed', async () => {
    const { gate } = gateWith({ pieces: Infinity }, 100, { paceFactor: () => 0.1 })
    await vi.advanceTimersByTimeAsync(60)
    for (let kick = 0; kick < 5; kick += 1) {
      gate.kick()
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(vi.getTimerCount()).toBe(1)
    gate.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not delay a call that comes after a long pause', async () => {
    const work = { pieces: 0 }
    const { gate, starts } = gateWith(work, 100, { paceFactor: () => 0.1 })
    await vi.advanceTimersByTimeAsync(5_000)
    const kickedAtMs = performance.now()
    work.pieces = 1
    gate.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toEqual([kickedAtMs])
    gate.close()
  })
})
