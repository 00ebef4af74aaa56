import type { BreakerState } from './breaker.ts'

/** How the lookup is at one moment; counts are since the start. No user is in it. */
export interface LookupState {
  readonly breaker: BreakerState
  readonly credentials: BreakerState
  /** Share of the full call rate in use, 0.1 to 1. */
  readonly paceFactor: number
  readonly foregroundUsers: number
  readonly refreshUsers: number
  /** Users queued, sent or waiting for a retry. */
  readonly flights: number
  /** Most upstream calls in any trailing second since this was last asked. */
  readonly windowCalls: number
  readonly cacheEntries: number
  readonly cacheBytes: number
  /** Upstream calls = calls answered + calls failed + calls under way. */
  readonly callsAnswered: number
  readonly callsFailed: number
  /** Calls for users who had all been in a call before; part of the calls. */
  readonly retries: number
  /** Users refused at once: no room in time, or calls are paused. */
  readonly shedOverloaded: number
  readonly shedPaused: number
  readonly limiterReplacements: number
}
