import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { gaps, gateWith } from '../../tests/support/gate-under-test.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A gate that has used a slot; of the three it owes, two are granted 55 and 160 ms from now, and the third never. */
async function stuckAfterTwoSlots() {
  const work = { pieces: 0 }
  const under = gateWith(work, 10)
  await vi.advanceTimersByTimeAsync(50)
  vi.setSystemTime(Date.now() - 3_600_000)
  work.pieces = 1
  under.gate.kick()
  return under
}

describe('the watchdog', () => {
  test.each([
    ['5 s', 5_000],
    ['1 h', 3_600_000],
  ])(
    'brings calls back within a second when the wall clock is set back by %s',
    async (_by, byMs) => {
      const { gate, starts, replaced } = gateWith({ pieces: Infinity })
      await vi.advanceTimersByTimeAsync(500)
      vi.setSystemTime(Date.now() - byMs)
      await vi.advanceTimersByTimeAsync(5_000)
      expect([replaced.length, gate.limiterReplacements]).toEqual([1, 1])
      expect(Math.max(...gaps(starts))).toBeLessThanOrEqual(1_050)
      expect(Math.max(...gaps(starts))).toBeGreaterThanOrEqual(1_000)
      expect(gate.highestWindowSince(-Infinity)).toBeLessThanOrEqual(100)
      // Back at the full pace, and no faster.
      expect(starts.length).toBeGreaterThan(400)
      expect(starts.length).toBeLessThanOrEqual(450)
      gate.close()
    },
  )

  test.each([5_000, 3_600_000])(
    'has nothing to do when it is set forward by %i ms',
    async (byMs) => {
      const { gate, starts, replaced } = gateWith({ pieces: Infinity })
      await vi.advanceTimersByTimeAsync(500)
      vi.setSystemTime(Date.now() + byMs)
      await vi.advanceTimersByTimeAsync(3_000)
      expect(replaced).toEqual([])
      expect(Math.max(...gaps(starts))).toBeLessThan(50)
      expect(gate.highestWindowSince(-Infinity)).toBeLessThanOrEqual(100)
      gate.close()
    },
  )

  test('leaves a replaced limiter without a say when it comes back to life', async () => {
    const work = { pieces: Infinity }
    const { gate, starts, looks, replaced } = gateWith(work)
    await vi.advanceTimersByTimeAsync(500)
    vi.setSystemTime(Date.now() - 60_000)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(replaced).toHaveLength(1)
    work.pieces = 0
    await vi.advanceTimersByTimeAsync(1_000)
    const [startsBefore, looksBefore] = [starts.length, looks.length]
    work.pieces = 5
    // The old one grants its slot when the wall clock is where it was. Nobody kicked: nothing starts.
    await vi.advanceTimersByTimeAsync(70_000)
    expect([starts.length, looks.length]).toEqual([startsBefore, looksBefore])
    expect(replaced).toHaveLength(1)
    gate.close()
  })

  test('brings calls back when the wall clock was set back while nobody came', async () => {
    const work = { pieces: 0 }
    const { gate, starts, replaced } = gateWith(work)
    await vi.advanceTimersByTimeAsync(1_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    await vi.advanceTimersByTimeAsync(60_000)
    work.pieces = Infinity
    gate.kick()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(replaced).toHaveLength(1)
    expect(starts.length).toBeGreaterThan(90)
    gate.close()
  })

  test('waits for the next slot of the smallest share, which is eleven days away', async () => {
    const { gate, replaced } = gateWith({ pieces: 0 }, 0.01 / 10_000)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(replaced).toEqual([])
    gate.close()
  })

  test('counts from the slot that was granted last', async () => {
    const { gate, starts, replaced } = await stuckAfterTwoSlots()
    // The last of the two, 160 ms from now, is what the time is counted from.
    await vi.advanceTimersByTimeAsync(2_200)
    expect([starts.length, replaced]).toEqual([1, []])
    await vi.advanceTimersByTimeAsync(100)
    expect(replaced).toHaveLength(1)
    gate.close()
  })

  test('replaces nothing after the gate was closed', async () => {
    const { gate, starts, replaced } = await stuckAfterTwoSlots()
    await vi.advanceTimersByTimeAsync(1)
    gate.close()
    await vi.advanceTimersByTimeAsync(10_000)
    expect([starts.length, replaced]).toEqual([1, []])
  })

  test('waits a second with many slots in it, and twenty slots if those take longer', async () => {
    const { gate, starts, replaced } = gateWith({ pieces: Infinity }, 10)
    await vi.advanceTimersByTimeAsync(3_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    await vi.advanceTimersByTimeAsync(10_000)
    const [replacedAtMs = 0, ...others] = replaced
    const lastMs = starts.findLast((startMs) => startMs < replacedAtMs) ?? 0
    // Twenty slots of 105.3 ms each, in two timers of whole milliseconds.
    expect([Math.round(replacedAtMs - lastMs), others]).toEqual([2_104, []])
    gate.close()
  })

  test('does not take a limiter for stuck while calls hold all its slots', async () => {
    const { gate, replaced } = gateWith({ pieces: 0 }, 100, {
      maxConcurrentCalls: 2,
      startCall: () => new Promise((resolve) => setTimeout(resolve, 10_000)),
    })
    await vi.advanceTimersByTimeAsync(30_000)
    expect(replaced).toEqual([])
    gate.close()
  })

  test('replaces a limiter that is stuck although a call is under way', async () => {
    const { gate, starts, replaced } = gateWith({ pieces: Infinity }, 100, {
      maxConcurrentCalls: 2,
    })
    await vi.advanceTimersByTimeAsync(500)
    vi.setSystemTime(Date.now() - 3_600_000)
    await vi.advanceTimersByTimeAsync(1_200)
    expect(replaced).toHaveLength(1)
    expect(starts.at(-1)).toBeGreaterThan(replaced[0] ?? Infinity)
    gate.close()
  })

  test('does not wake a gate that was closed while its limiter was stuck', async () => {
    const { gate, starts, replaced } = gateWith({ pieces: Infinity })
    await vi.advanceTimersByTimeAsync(500)
    vi.setSystemTime(Date.now() - 5_000)
    await vi.advanceTimersByTimeAsync(500)
    gate.close()
    const before = starts.length
    await vi.advanceTimersByTimeAsync(20_000)
    expect([replaced, starts.length]).toEqual([[], before])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not hold up an idle gate: it grants its slot and sleeps', async () => {
    const { gate, replaced, looks } = gateWith({ pieces: 0 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect([replaced, looks.length, vi.getTimerCount()]).toEqual([[], 1, 0])
    gate.close()
  })
})
