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

function settle(): Promise<void> {
  return new Promise((resolve) => {
    realSetImmediate(resolve)
  })
}
