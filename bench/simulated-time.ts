/**
 * Simulated time: timers and both clocks of this process are replaced by a queue of events, so that minutes of load take seconds and
 * every run is the same. For programs whose timers are all made after {@link simulateTime}; the network does not exist here.
 */
export interface SimulatedTime {
  /** Moves time on by `ms`, firing what is due in order, and everything that follows from it. */
  advance(ms: number): Promise<void>
}

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly act: () => void
  isCancelled: boolean
  unref(): Timer
}

/** The real one, to let promises settle between events. */
const realSetImmediate = globalThis.setImmediate

export function simulateTime(): SimulatedTime {
  const timers = new TimerHeap()
  let nowMs = 1_000_000
  let order = 0
  const after = (act: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): Timer => {
    const timer: Timer = {
      atMs: nowMs + Math.max(0, ms),
      order: (order += 1),
      act: () => act(...given),
      isCancelled: false,
      unref: () => timer,
    }
    timers.push(timer)
    return timer
  }
  const cancel = (timer: Timer | undefined): void => {
    if (timer !== undefined) timer.isCancelled = true
  }
  Object.assign(globalThis, {
    setTimeout: after,
    clearTimeout: cancel,
    setImmediate: (act: (...given: unknown[]) => void, ...given: unknown[]) =>
      after(act, 0, ...given),
    clearImmediate: cancel,
  })
  Date.now = () => Math.floor(nowMs)
  performance.now = () => nowMs

  return {
    async advance(ms) {
      const untilMs = nowMs + ms
      for (
        let timer = timers.popUntil(untilMs);
        timer !== undefined;
        timer = timers.popUntil(untilMs)
      ) {
        if (timer.isCancelled) continue
        nowMs = timer.atMs
        timer.act()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => {
    realSetImmediate(resolve)
  })
}

/** A binary heap, earliest first, in the order of creation among equals. */
class TimerHeap {
  readonly #timers: Timer[] = []

  push(timer: Timer): void {
    const timers = this.#timers
    let at = timers.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = timers[parent]
      if (above === undefined || !isBefore(timer, above)) break
      timers[at] = above
      at = parent
    }
    timers[at] = timer
  }

  popUntil(untilMs: number): Timer | undefined {
    const timers = this.#timers
    const first = timers[0]
    if (first === undefined || first.atMs > untilMs) return undefined
    const last = timers.pop()
    if (last !== undefined && timers.length > 0) this.#sink(last)
    return first
  }

  #sink(timer: Timer): void {
    const timers = this.#timers
    let at = 0
    for (;;) {
      const left = timers[2 * at + 1]
      const right = timers[2 * at + 2]
      if (left === undefined) break
      const isRight = right !== undefined && isBefore(right, left)
      const child = isRight ? right : left
      if (!isBefore(child, timer)) break
      timers[at] = child
      at = 2 * at + (isRight ? 2 : 1)
    }
    timers[at] = timer
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}
