/** Never slower than this share of the full pace, and back to it by a twentieth a second. */
const FLOOR = 0.1
const CLIMB_PER_S = 0.05
/** After an outage the pace rises from the floor to full over this time. */
const RAMP_MS = 3_000

/**
 * Pace is the share of the full call rate that is used at the moment, from a tenth to one. It halves when Tencent throttles, climbs back by
 * a twentieth a second, and ramps up after an outage. Pure: time is an argument.
 */
export class Pace {
  #factor = 1
  #asOfMs = 0
  #halvedAtMs = -Infinity
  #rampFromMs = -Infinity

  factor(now: number): number {
    const ramp = FLOOR + ((1 - FLOOR) * (now - this.#rampFromMs)) / RAMP_MS
    return Math.min(1, this.#climbed(now), ramp)
  }

  /**
   * Halves the pace for a call that was throttled. A call that began before the last halving tells of the pace before it: of ten
   * that were under way together, one counts.
   */
  throttled(startedAtMs: number, now: number): void {
    if (startedAtMs < this.#halvedAtMs) return
    this.#factor = Math.max(FLOOR, this.#climbed(now) / 2)
    this.#asOfMs = now
    this.#halvedAtMs = now
  }

  /** Starts at the floor and ramps up. */
  ramp(now: number): void {
    this.#rampFromMs = now
  }

  #climbed(now: number): number {
    return Math.min(1, this.#factor + (CLIMB_PER_S * (now - this.#asOfMs)) / 1_000)
  }
}
