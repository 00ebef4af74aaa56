import { SlotGate, type SlotGateOptions } from '../../src/lookup/slot-gate.ts'

/** A gate over a heap of work: each slot takes one piece and records when. */
export function gateWith(
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

/** How long after the one before each call started. */
export const gaps = (starts: readonly number[]): number[] =>
  starts.slice(1).map((startMs, index) => startMs - (starts[index] ?? 0))
