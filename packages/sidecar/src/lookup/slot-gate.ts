import Bottleneck from 'bottleneck/light.js'

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

/** Slots asked of the limiter at a time. Each takes it three turns of the event loop; asked for one by one, a busy loop would get fewer. */
const SLOTS_AHEAD = 3

/** A limiter that owes a slot for longer than this many slots, and at least a second, is stuck. */
const STUCK_SLOTS = 20
const STUCK_MIN_MS = 1_000

/**
 * SlotGate grants slots: the right to start one upstream call. It is the only file that knows Bottleneck.
 *
 * One Bottleneck job is one slot, never one user: Bottleneck starts at most 420 jobs a second. A slot that finds no work is
 * *armed*: it is kept until there is some. From an idle limiter a job needs 3.5 ms to start; an armed slot 0.2 ms.
 *
 *     ask ─▶ granted ─▶ no work: armed ◀─ kick
 *                   └─▶ work: start the call, ask for the next
 *
 * Only one slot is kept; those granted beside it are lost. So whatever has happened before (an idle hour, a stall of the event
 * loop) at most an armed slot and the {@link SLOTS_AHEAD} asked for can be used at once, and the {@link CallWindow} holds
 * whatever Bottleneck does. Only its `minTime` is used; the reservoir would let 200 calls into one second.
 *
 * Bottleneck reads the wall clock: set back by an hour, it is silent for an hour. A watchdog on monotonic time replaces it.
 */
export class SlotGate {
  readonly #options: SlotGateOptions
  readonly #spacingMs: number
  readonly #window: CallWindow
  #limiter: Bottleneck
  #asked = 0
  #isArmed = false
  #watchdog: NodeJS.Timeout | undefined
  #kicked: NodeJS.Immediate | undefined
  #kickLater: NodeJS.Timeout | undefined
  #callsInFlight = 0
  #lastStartMs = -Infinity
  #limiterReplacements = 0
  #isClosed = false

  constructor(options: SlotGateOptions) {
    this.#options = options
    this.#spacingMs = 1_000 / (options.callsPerSecond * PACE_SHARE)
    this.#window = new CallWindow(options.callsPerSecond)
    this.#limiter = this.#newLimiter()
    this.#ask()
  }

  /**
   * Says that there is work. The slot is used when the event loop has read what is already there: of 64 requests
   * that arrive together, `setImmediate` makes one call, a microtask 64.
   */
  kick(): void {
    if (!this.#isArmed) return
    this.#kicked ??= setImmediate(() => {
      this.#kicked = undefined
      this.#useSlot()
    })
  }

  /** Waits for room in the window and takes it, for a call that needs no batch: a repeat with a new signature or another key. */
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

  /** The most calls that any trailing second held which ended after `sinceMs`. */
  highestWindowSince(sinceMs: number): number {
    return this.#window.highestSince(sinceMs, this.#options.now())
  }

  get limiterReplacements(): number {
    return this.#limiterReplacements
  }

  /** Grants no further slot. Calls under way go on. */
  close(): void {
    this.#isClosed = true
    clearImmediate(this.#kicked)
    clearTimeout(this.#kickLater)
    clearTimeout(this.#watchdog)
  }

  #newLimiter(): Bottleneck {
    return new Bottleneck({ minTime: this.#spacingMs })
  }

  #ask(): void {
    const limiter = this.#limiter
    for (; this.#asked < SLOTS_AHEAD; this.#asked += 1) {
      // The job's result is nobody's business: the slot is used inside it, 1.1 ms before schedule() resolves.
      void limiter.schedule(() => Promise.resolve(this.#granted(limiter)))
    }
    this.#watch()
  }

  #granted(limiter: Bottleneck): void {
    // A replaced limiter may come back to life; its slots are not ours any more.
    if (limiter !== this.#limiter || this.#isClosed) return
    this.#asked -= 1
    this.#watch()
    if (this.#isArmed) return
    this.#isArmed = true
    this.#useSlot()
  }

  /** Replaces the limiter if it owes slots and grants none. Two looks: after a stall of the event loop the first comes too early. */
  #watch(looks = 2): void {
    clearTimeout(this.#watchdog)
    if (this.#asked === 0) return
    const stuckMs = Math.max(STUCK_MIN_MS, STUCK_SLOTS * this.#spacingMs)
    this.#watchdog = setTimeout(
      () => (looks > 1 ? this.#watch(looks - 1) : this.#replaceLimiter()),
      Math.min(2 ** 31 - 1, stuckMs / 2),
    )
    this.#watchdog.unref()
  }

  #replaceLimiter(): void {
    this.#limiter = this.#newLimiter()
    this.#limiterReplacements += 1
    this.#options.onLimiterReplaced?.()
    this.#asked = 0
    this.#ask()
  }

  #useSlot(): void {
    if (!this.#isArmed || this.#isClosed) return
    if (this.#callsInFlight >= this.#options.maxConcurrentCalls) return
    const now = this.#options.now()
    const waitMs = Math.max(this.#window.waitMs(now), this.#paceWaitMs(now))
    if (waitMs > 0) return this.#useSlotAfter(waitMs)
    // Undefined after the whole queue was looked at, in this same turn: work that arrives from here on kicks.
    const call = this.#options.startCall()
    if (call === undefined) return
    this.#isArmed = false
    this.#window.record(now)
    this.#lastStartMs = now
    this.#callsInFlight += 1
    this.#ask()
    void call.finally(() => {
      this.#callsInFlight -= 1
      this.kick()
    })
  }

  #useSlotAfter(waitMs: number): void {
    // Looked at again soon: the pace climbs meanwhile.
    this.#kickLater ??= setTimeout(
      () => {
        this.#kickLater = undefined
        this.#useSlot()
      },
      Math.ceil(Math.min(waitMs, 100)),
    )
  }

  /** At full pace the limiter alone keeps the distance. */
  #paceWaitMs(now: number): number {
    if ((this.#options.paceFactor?.(now) ?? 1) === 1) return 0
    return this.#lastStartMs + this.spacingMs(now) - now
  }
}
