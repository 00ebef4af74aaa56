import { vi } from 'vitest'

/** The real one, taken before any test fakes it. */
const realSetImmediate = globalThis.setImmediate

/**
 * Fires fake timers one after another until none is left, and everything that follows from each before the next. Fifty times
 * as fast as `advanceTimersByTimeAsync`, which sleeps a real millisecond for each timer.
 */
export async function runToQuiet(timersMax = 100_000): Promise<void> {
  await settle()
  for (let fired = 0; vi.getTimerCount() > 0; fired += 1) {
    if (fired === timersMax) throw new Error(`still not quiet after ${timersMax} timers`)
    vi.advanceTimersToNextTimer()
    await settle()
  }
}

/** Lets fake time pass, firing its timers one after another; fifty times as fast as `advanceTimersByTimeAsync`. */
export async function pass(ms: number): Promise<void> {
  const untilMs = performance.now() + ms
  // There is always a next timer up to then: this one.
  setTimeout(() => undefined, ms)
  await settle()
  while (performance.now() < untilMs) {
    vi.advanceTimersToNextTimer()
    await settle()
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    realSetImmediate(resolve)
  })
}
