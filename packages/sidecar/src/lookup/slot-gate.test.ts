import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { SlotGate } from './slot-gate.ts'

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
): { gate: SlotGate; starts: number[] } {
  const starts: number[] = []
  const gate = new SlotGate({
    callsPerSecond,
    maxConcurrentCalls: 32,
    now: () => performance.now(),
    startCall: () => {
      if (work.pieces === 0) return undefined
      work.pieces -= 1
      starts.push(performance.now())
      return new Promise((resolve) => setTimeout(resolve, 30))
    },
  })
  return { gate, starts }
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

  test('tells the most calls any trailing second held', async () => {
    const work = { pieces: 30 }
    const { gate } = gateWith(work, 10)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(gate.takeHighestWindow()).toBe(10)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(gate.takeHighestWindow()).toBe(0)
  })
})
