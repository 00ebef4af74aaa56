import Bottleneck from 'bottleneck'

import { CallWindow } from './call-window.ts'

export interface SlotGateOptions {
  /** This process's share of the app's budget. */
  readonly callsPerSecond: number
  readonly maxConcurrentCalls: number
  readonly now: () => number
  /** Share of the full pace to use at the moment, 0.1 to 1; default 1. */
  readonly paceFactor?: (now: number) => number
  /** Told when a limiter that granted no slot for too long was replaced. */
  readonly onLimiterReplaced?: () => void
  /**
   * Called when a slot is open: starts one upstream call, if there is one to make; the promise settles when it is over. Returning
   * undefined says that, having looked at all there is, there is nothing to send now; the slot then stays armed until the next `kick`.
   */
  readonly startCall: () => Promise<void> | undefined
}

/** Pacing keeps this far below the share, because timers may fire early: 10.5 ms apart instead of 10. */
const PACE_SHARE = 0.95

/** A limiter that owes a slot for longer than this many slots, and at least a second, is stuck. */
const STUCK_SLOTS = 20
const STUCK_MIN_MS = 1_000

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
 *
 * Bottleneck reads the wall clock: set back by an hour, it is silent for an hour. A watchdog on monotonic time replaces it.
 */
export class SlotGate {
  readonly #options: SlotGateOptions
  readonly #spacingMs: number
  readonly #window: CallWindow
  #limiter: Bottleneck
  #watchdog: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined
  #kicked: NodeJS.Immediate | undefined
  #callsInFlight = 0
  #lastStartMs = -Infinity
  #limiterReplacements = 0
  #isClosed = false

  constructor(options: SlotGateOptions) {
    this.#options = options
    this.#spacingMs = 1_000 / (options.callsPerSecond * PACE_SHARE)
    this.#window = new CallWindow(options.callsPerSecond)
    this.#limiter = this.#newLimiter()
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
      const waitMs = this.#window.waitMs(this.#options.now())
      if (waitMs === 0) break
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)))
    }
    this.#window.record(this.#options.now())
  }

  /** Milliseconds between two slots at the pace of the moment. */
  spacingMs(now: number): number {
    return this.#spacingMs / (this.#options.paceFactor?.(now) ?? 1)
  }

  callsInLastSecond(now: number): number {
    return this.#window.callsInLastSecond(now)
  }

  /** The most calls that any trailing second held since this was last asked. */
  takeHighestWindow(): number {
    return this.#window.takeHighest(this.#options.now())
  }

  get limiterReplacements(): number {
    return this.#limiterReplacements
  }

  /** Grants no further slot. Calls under way go on. */
  close(): void {
    this.#isClosed = true
    clearImmediate(this.#kicked)
    clearTimeout(this.#watchdog)
    this.#wake?.()
  }

  #newLimiter(): Bottleneck {
    const { maxConcurrentCalls } = this.#options
    return new Bottleneck({ minTime: this.#spacingMs, maxConcurrent: maxConcurrentCalls })
  }

  #arm(): void {
    const limiter = this.#limiter
    this.#watch()
    // The job's result is nobody's business: whoever waits is woken inside it, 1.1 ms before schedule() resolves.
    void limiter.schedule(() => {
      // A replaced limiter may come back to life; its slot is not ours any more.
      if (limiter !== this.#limiter) return Promise.resolve()
      clearTimeout(this.#watchdog)
      this.#watchdog = undefined
      return new Promise<void>((release) => this.#useSlot(release))
    })
  }

  /** Replaces the limiter if it grants nothing although no call holds a slot. */
  #watch(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(
      () => {
        if (this.#callsInFlight > 0) return this.#watch()
        this.#limiter = this.#newLimiter()
        this.#limiterReplacements += 1
        this.#options.onLimiterReplaced?.()
        this.#arm()
      },
      Math.min(2 ** 31 - 1, Math.max(STUCK_MIN_MS, STUCK_SLOTS * this.#spacingMs)),
    )
    this.#watchdog.unref()
  }

  #useSlot(release: () => void): void {
    if (this.#isClosed) return release()
    const now = this.#options.now()
    const waitMs = Math.max(this.#window.waitMs(now), this.#paceWaitMs(now))
    if (waitMs > 0) {
      // Looked at again soon: the pace climbs meanwhile.
      setTimeout(() => this.#useSlot(release), Math.ceil(Math.min(waitMs, 100)))
      return
    }
    const call = this.#options.startCall()
    if (call === undefined) {
      // Set after the whole queue was looked at, in the same turn: work that arrives from here on kicks.
      this.#wake = () => this.#useSlot(release)
      return
    }
    this.#window.record(now)
    this.#lastStartMs = now
    this.#callsInFlight += 1
    this.#arm()
    void call.finally(() => {
      this.#callsInFlight -= 1
      release()
      // While calls held every place the limiter owed nothing; its time counts from here.
      const wasFull = this.#callsInFlight === this.#options.maxConcurrentCalls - 1
      if (wasFull && this.#watchdog !== undefined) this.#watch()
    })
  }

  /** At full pace the limiter alone keeps the distance. */
  #paceWaitMs(now: number): number {
    if ((this.#options.paceFactor?.(now) ?? 1) === 1) return 0
    return this.#lastStartMs + this.spacingMs(now) - now
  }
}
