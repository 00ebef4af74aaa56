import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { gateWith } from '../../tests/support/gate-under-test.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

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
    expect(gate.highestWindowSince(-Infinity)).toBe(10)
    const scrapedMs = performance.now()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(gate.highestWindowSince(scrapedMs)).toBe(0)
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
