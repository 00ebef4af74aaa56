import Bottleneck from 'bottleneck'

import { CallWindow } from './call-window.ts'

/** Starts one upstream call, if there is one to make; the promise settles when its slot is free again. */
export type StartCall = () => Promise<void> | undefined

export interface SlotGateOptions {
  /** This process's share of the app's budget. */
  readonly callsPerSecond: number
  readonly maxConcurrentCalls: number
  readonly now: () => number
  /**
   * Called when a slot is open. Returning undefined says that, having looked at all there is, there is nothing to
   * send; the slot then stays armed until the next `kick`.
   */
  readonly startCall: StartCall
}

/** Pacing keeps this far below the share, because timers may fire early: 10.5 ms apart instead of 10. */
const PACE_SHARE = 0.95

/**
 * SlotGate grants slots: the right to start one upstream call. It is the only file that knows Bottleneck.
 *
 * One Bottleneck job is one slot, never one user: Bottleneck starts at most 420 jobs a second. And exactly one job is *armed*:
 * granted its slot, asleep until there is work. From an idle limiter a job needs 3.5 ms to start; an armed one 0.2 ms.
 *
 *     arm ─▶ granted ─▶ no work: sleep ◀─ kick
 *                   └─▶ work: arm the next, then start the call; the job ends with it
 *
 * Only `minTime` and `maxConcurrent` are used. With one job waiting at a time, an event-loop stall cannot
 * release a burst; the reservoir would let 200 calls into one second. The {@link CallWindow} holds whatever Bottleneck does.
 */
export class SlotGate {
  readonly #limiter: Bottleneck
  readonly #window: CallWindow
  readonly #now: () => number
  readonly #startCall: StartCall
  #wake: (() => void) | undefined
  #kicked: NodeJS.Immediate | undefined
  #closed = false

  constructor(options: SlotGateOptions) {
    this.#limiter = new Bottleneck({
      minTime: 1_000 / (options.callsPerSecond * PACE_SHARE),
      maxConcurrent: options.maxConcurrentCalls,
    })
    this.#window = new CallWindow(options.callsPerSecond)
    this.#now = options.now
    this.#startCall = options.startCall
    this.#arm()
  }

  /**
   * Says that there is work. The slot is used when the event loop has read what is already there: of 64 requests
   * that arrive together, `setImmediate` makes one call, a microtask 64.
   */
  kick(): void {
    if (this.#wake === undefined || this.#kicked !== undefined) return
    this.#kicked = setImmediate(() => {
      this.#kicked = undefined
      const wake = this.#wake
      // Cleared first: a kick that comes while the slot is being used must not use it twice.
      this.#wake = undefined
      wake?.()
    })
  }

  /** Waits for room in the window and takes it, for a call that needs no batch: the repeat after an expired signature. */
  async takeExtraCall(): Promise<void> {
    for (;;) {
      const waitMs = this.#window.waitMs(this.#now())
      if (waitMs === 0) break
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)))
    }
    this.#window.record(this.#now())
  }

  /** The most calls that any trailing second held since this was last asked. */
  takeHighestWindow(): number {
    return this.#window.takeHighest(this.#now())
  }

  /** Grants no further slot. Calls under way go on. */
  close(): void {
    this.#closed = true
    clearImmediate(this.#kicked)
    this.#wake?.()
  }

  #arm(): void {
    // The job's result is nobody's business: whoever waits is woken inside it, 1.1 ms before schedule() resolves.
    void this.#limiter.schedule(() => new Promise<void>((release) => this.#useSlot(release)))
  }

  #useSlot(release: () => void): void {
    if (this.#closed) return release()
    const waitMs = this.#window.waitMs(this.#now())
    if (waitMs > 0) {
      setTimeout(() => this.#useSlot(release), Math.ceil(waitMs))
      return
    }
    const call = this.#startCall()
    if (call === undefined) {
      // Set after the whole queue was looked at, in the same turn: work that arrives from here on kicks.
      this.#wake = () => this.#useSlot(release)
      return
    }
    this.#window.record(this.#now())
    this.#arm()
    void call.finally(release)
  }
}
