import { FixedWindow } from './fixed-window.ts'
import { RateWindow } from './rate-window.ts'
import { TokenBucket } from './token-bucket.ts'

/**
 * How calls in a second are counted: in the trailing second, in whole seconds of the clock, or by a
 * bucket that fills up steadily. The documents give the number and not the way.
 */
export type RateAlgorithm = (typeof rateAlgorithms)[number]

export const rateAlgorithms = ['sliding', 'fixed', 'bucket'] as const

/** Admits the calls of one API of one app, and refuses those over its rate. */
export interface RateLimiter {
  /**
   * Takes a place for a call that arrives at `nowMs`, or returns false if there is none. `nowMs`
   * never goes back.
   */
  admit(nowMs: number, callsPerSecond: number): boolean
}

export function createRateLimiter(algorithm: RateAlgorithm): RateLimiter {
  switch (algorithm) {
    case 'sliding':
      return new RateWindow()
    case 'fixed':
      return new FixedWindow()
    case 'bucket':
      return new TokenBucket()
  }
}
