import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { SlotGate, type SlotGateOptions } from './slot-gate.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A gate over a heap of work: each slot takes one piece and records when. */
function gateWith(
  work: { pieces: number },
  callsPerSecond = 100,
  options: Partial<SlotGateOptions> = {},
) {
  const starts: number[] = []
  /** How often the gate looked for work. */
  const looks: number[] = []
  const replaced: number[] = []
  const gate = new SlotGate({
    callsPerSecond,
    maxConcurrentCalls: 32,
    now: () => performance.now(),
    onLimiterReplaced: () => replaced.push(performance.now()),
    startCall: () => {
      looks.push(performance.now())
      if (work.pieces === 0) return undefined
      work.pieces -= 1
      starts.push(performance.now())
      return new Promise((resolve) => setTimeout(resolve, 30))
    },
    ...options,
  })
  return { gate, starts, looks, replaced }
}

describe('SlotGate', () => {
  test('sleeps on an armed slot and starts a call in the turn after work comes', async () => {
    const work = { pieces: 0 }
    const { gate, starts } = gateWith(work)
    await vi.advanceTimersByTimeAsync(1_000)
    const kickedAtMs = performance.now()
    work.pieces = 1
    gate.kick()
    expect(starts).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toEqual([kickedAtMs])
  })

  test('starts one call for many kicks before the slot is used', async () => {
    const work = { pieces: 0 }
    const { gate, starts } = gateWith(work)
    await vi.advanceTimersByTimeAsync(1_000)
    work.pieces = 2
    for (let kick = 0; kick < 64; kick += 1) gate.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(20)
    expect(starts).toHaveLength(2)
  })

  test('looks for work once for many kicks', async () => {
    const { gate, looks } = gateWith({ pieces: 0 })
    await vi.advanceTimersByTimeAsync(1_000)
    for (let kick = 0; kick < 64; kick += 1) gate.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(looks).toHaveLength(2)
  })

  test('sleeps again when the work it was woken for is gone, and wakes for the next', async () => {
    const work = { pieces: 0 }
    const { gate, starts } = gateWith(work)
    await vi.advanceTimersByTimeAsync(1_000)
    gate.kick()
    await vi.advanceTimersByTimeAsync(100)
    expect(starts).toEqual([])
    work.pieces = 1
    gate.kick()
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toHaveLength(1)
  })

  test('starts nothing before its first slot is granted, and loses no kick meanwhile', async () => {
    const work = { pieces: 1 }
    const { gate, starts } = gateWith(work)
    gate.kick()
    await vi.advanceTimersByTimeAsync(50)
    expect(starts).toHaveLength(1)
  })

  test('starts no call after it was closed, whether armed or waiting for a slot', async () => {
    const armed = { pieces: 0 }
    const { gate, starts } = gateWith(armed)
    await vi.advanceTimersByTimeAsync(1_000)
    armed.pieces = 5
    gate.kick()
    gate.close()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(starts).toEqual([])

    const busy = { pieces: 500 }
    const other = gateWith(busy)
    await vi.advanceTimersByTimeAsync(100)
    other.gate.close()
    const startedBefore = other.starts.length
    await vi.advanceTimersByTimeAsync(5_000)
    expect(startedBefore).toBeGreaterThan(1)
    expect(other.starts).toHaveLength(startedBefore)
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([true, false])(
    'starts no call for a kick after it was closed, and leaves no timer; kicked before: %s',
    async (isKicked) => {
      const armed = { pieces: 0 }
      const { gate, starts } = gateWith(armed)
      await vi.advanceTimersByTimeAsync(1_000)
      if (isKicked) gate.kick()
      gate.close()
      expect(vi.getTimerCount()).toBe(0)
      armed.pieces = 5
      gate.kick()
      await vi.advanceTimersByTimeAsync(1_000)
      expect(starts).toEqual([])
    },
  )

  test('makes no turn of its own for a kick while no slot is armed', async () => {
    const { gate } = gateWith({ pieces: Infinity })
    await vi.advanceTimersByTimeAsync(1_000)
    const before = vi.getTimerCount()
    gate.kick()
    expect(vi.getTimerCount()).toBe(before)
    gate.close()
  })

  test('has no more calls under way than it may, and starts the next when one has ended', async () => {
    const { gate, starts } = gateWith({ pieces: Infinity }, 100, { maxConcurrentCalls: 2 })
    await vi.advanceTimersByTimeAsync(3_000)
    // Each call takes 30 ms.
    for (const [index, startMs] of starts.entries())
      expect(startMs - (starts[index - 2] ?? -Infinity)).toBeGreaterThanOrEqual(30)
    expect(starts.length).toBeGreaterThan(180)
    gate.close()
  })

  test('tells the most calls any trailing second held', async () => {
    const work = { pieces: 30 }
    const { gate } = gateWith(work, 10)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(gate.takeHighestWindow()).toBe(10)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(gate.takeHighestWindow()).toBe(0)
  })
})

describe('what was saved up', () => {
  test('is three calls after a stall of the event loop, however long', async () => {
    const { gate, starts } = gateWith({ pieces: Infinity })
    await vi.advanceTimersByTimeAsync(2_000)
    const before = starts.length
    // Every timer is overdue, and what they promise waits for the end of the turn.
    vi.advanceTimersByTime(700)
    await vi.advanceTimersByTimeAsync(0)
    // As many as were asked for ahead. With fewer, a busy loop gets fewer than its share.
    expect(starts.length - before).toBe(3)
    gate.close()
  })

  test('is two calls after an idle hour: an armed slot, and the first that the limiter grants', async () => {
    const work = { pieces: 0 }
    const { gate, starts } = gateWith(work)
    await vi.advanceTimersByTimeAsync(3_600_000)
    work.pieces = Infinity
    gate.kick()
    await vi.advanceTimersByTimeAsync(8)
    expect(starts).toHaveLength(2)
    gate.close()
  })
})

const gaps = (starts: readonly number[]): number[] =>
  starts.slice(1).map((startMs, index) => startMs - (starts[index] ?? 0))

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
      expect(gate.takeHighestWindow()).toBeLessThanOrEqual(100)
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
      expect(gate.takeHighestWindow()).toBeLessThanOrEqual(100)
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
    const work = { pieces: 0 }
    const { gate, starts, replaced } = gateWith(work, 10)
    await vi.advanceTimersByTimeAsync(50)
    vi.setSystemTime(Date.now() - 3_600_000)
    work.pieces = 1
    gate.kick()
    // Two slots asked for before are granted 55 and 160 ms from now; the one asked for now is not.
    await vi.advanceTimersByTimeAsync(2_200)
    expect([starts.length, replaced]).toEqual([1, []])
    await vi.advanceTimersByTimeAsync(100)
    expect(replaced).toHaveLength(1)
    gate.close()
  })

  test('replaces nothing after the gate was closed', async () => {
    const work = { pieces: 0 }
    const { gate, starts, replaced } = gateWith(work, 10)
    await vi.advanceTimersByTimeAsync(50)
    vi.setSystemTime(Date.now() - 3_600_000)
    work.pieces = 1
    gate.kick()
    await vi.advanceTimersByTimeAsync(1)
    gate.close()
    // Two slots asked for before are granted all the same; the third is not.
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

describe('an extra call', () => {
  test('takes room in the window, waits for it, and leaves that much less for others', async () => {
    const work = { pieces: Infinity }
    const { gate, starts } = gateWith(work, 5)
    await vi.advanceTimersByTimeAsync(300)
    const extra: number[] = []
    for (let call = 0; call < 8; call += 1) {
      void gate.takeExtraCall().then(() => extra.push(performance.now()))
    }
    await vi.advanceTimersByTimeAsync(20_000)
    const all = [...starts, ...extra].sort((a, b) => a - b)
    expect(extra).toHaveLength(8)
    for (const [index, startMs] of all.entries()) {
      expect(startMs - (all[index - 5] ?? -Infinity)).toBeGreaterThanOrEqual(1_000)
    }
    gate.close()
  })
})
