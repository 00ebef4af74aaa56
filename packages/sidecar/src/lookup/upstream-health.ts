import { type FailureClass, HttpStatusError, RefusedError, TencentError } from '@tagside/core'

import { Breaker, type BreakerState } from './breaker.ts'
import { CredentialsBreaker } from './credentials-breaker.ts'
import type { Failure } from './outcome.ts'
import { Pace } from './pace.ts'
import { RoundTrip } from './round-trip.ts'

/** A probe is waited for so long at least: the first call after an outage makes its connection anew. */
const PROBE_MIN_MS = 500

/** A change of state that an operator would want to know; told once, when it happens. */
export interface HealthChange {
  readonly event:
    | 'breaker-opened'
    | 'breaker-closed'
    | 'credentials-refused'
    | 'credentials-accepted'
    | 'throttled'
    | 'throttling-over'
  readonly level: 'info' | 'warn' | 'error'
  /** What happened and what to do. */
  readonly message: string
  readonly upstreamCode?: number
}

/** A call under way, as {@link UpstreamHealth} knows it. */
export interface CallUnderWay {
  readonly startedAtMs: number
  readonly isProbe: boolean
}

/**
 * UpstreamHealth is what the sidecar believes of Tencent at the moment: whether calls may start, how fast, and how long they take. It learns
 * from how calls end, and tells each change of mind once.
 */
export class UpstreamHealth {
  readonly #breaker: Breaker
  readonly #credentials = new CredentialsBreaker()
  readonly #pace = new Pace()
  readonly #tell: (change: HealthChange) => void
  readonly roundTrip: RoundTrip = new RoundTrip()
  #callsAnswered = 0
  #callsFailed = 0
  #isRefused = false
  #isThrottled = false
  #refusedWith: RefusedError | undefined

  constructor(random: () => number, tell: (change: HealthChange) => void) {
    this.#breaker = new Breaker(random)
    this.#tell = tell
  }

  /** Says why no user can be fetched now; undefined if it may be tried. */
  refusal(now: number): Failure | undefined {
    if (this.#credentials.isOpen(now)) return this.#credentialsFailure(now)
    if (this.#breaker.state(now) !== 'open' && !this.#isProbeOverdue(now)) return undefined
    return {
      code: 'upstream-unavailable',
      message: 'Tencent keeps failing, so calls are paused; ask again after a moment',
      retryable: true,
      retryAfterMs: this.#breaker.retryAfterMs(now),
    }
  }

  mayCall(now: number): boolean {
    return this.#credentials.mayCall(now) && this.#breaker.mayCall(now)
  }

  /** Reports whether all is well, so that calls may also be used for what nobody waits for. */
  isSound(now: number): boolean {
    return this.#breaker.state(now) === 'closed' && this.#pace.factor(now) === 1
  }

  started(now: number): CallUnderWay {
    this.#credentials.started()
    if (this.#isThrottled && this.#pace.factor(now) === 1) {
      this.#isThrottled = false
      this.#tell({
        event: 'throttling-over',
        level: 'info',
        message: 'calls are back to their full pace',
      })
    }
    return { startedAtMs: now, isProbe: this.#breaker.started(now) }
  }

  answered(call: CallUnderWay, now: number): void {
    this.#callsAnswered += 1
    this.#credentials.ended('proved', call.startedAtMs, now)
    this.roundTrip.answered(now - call.startedAtMs)
    this.#breakerEnded(false, call, now)
    if (!this.#isRefused || this.#credentials.isOpen(now)) return
    this.#isRefused = false
    this.#tell({
      event: 'credentials-accepted',
      level: 'info',
      message: 'Tencent accepts the credentials again',
    })
  }

  failed(call: CallUnderWay, error: unknown, now: number): void {
    const failureClass: FailureClass =
      error instanceof TencentError ? error.failureClass : 'unknown'
    const isRefusal =
      failureClass === 'credentials' ||
      failureClass === 'operator' ||
      failureClass === 'expired-signature'
    this.#callsFailed += 1
    this.#credentials.ended(isRefusal ? 'refused' : 'silent', call.startedAtMs, now)
    if (isRefusal && error instanceof RefusedError) this.#credentialsRefused(error)
    if (failureClass === 'throttled') this.#throttled(call, now)
    const hintMs = error instanceof HttpStatusError ? (error.retryAfterMs ?? 0) : 0
    this.#breakerEnded(failureClass === 'retry', call, now, hintMs)
  }

  /** There are new credentials. One call may try them at once where the ones before were refused; where they were not, nothing is to be lifted. */
  credentialsChanged(): void {
    if (this.#isRefused) this.#credentials.changed()
  }

  get callsAnswered(): number {
    return this.#callsAnswered
  }

  get callsFailed(): number {
    return this.#callsFailed
  }

  /** Share of the full pace, 0.1 to 1. */
  paceFactor(now: number): number {
    return this.#pace.factor(now)
  }

  breakerState(now: number): BreakerState {
    return this.#breaker.state(now)
  }

  credentialsState(now: number): BreakerState {
    if (this.#credentials.isOpen(now)) return 'open'
    return this.#isRefused ? 'half-open' : 'closed'
  }

  /** Only a probe that is likely to be over soon is worth waiting for: one that hangs may take all of a request's time. */
  #isProbeOverdue(now: number): boolean {
    return this.#breaker.probingMs(now) > Math.max(PROBE_MIN_MS, this.roundTrip.likelyMs)
  }

  #credentialsFailure(now: number): Failure {
    const refused = this.#refusedWith
    return {
      code: 'upstream-credentials',
      message: refused?.message ?? 'Tencent refuses the credentials',
      retryable: false,
      retryAfterMs: this.#credentials.retryAfterMs(now),
      ...(refused === undefined
        ? {}
        : { upstream: { code: refused.errorCode, text: refused.errorInfo } }),
    }
  }

  #credentialsRefused(error: RefusedError): void {
    this.#refusedWith = error
    if (this.#isRefused) return
    this.#isRefused = true
    this.#tell({
      event: 'credentials-refused',
      level: 'error',
      message: `${error.message} Calls are paused; one a minute tries again.`,
      upstreamCode: error.errorCode,
    })
  }

  #throttled(call: CallUnderWay, now: number): void {
    this.#pace.throttled(call.startedAtMs, now)
    if (this.#isThrottled) return
    this.#isThrottled = true
    this.#tell({
      event: 'throttled',
      level: 'warn',
      message:
        'Tencent throttles the app although this sidecar keeps to its share: see who else calls, or raise replicas. Calls are slowed down.',
    })
  }

  #breakerEnded(failed: boolean, call: CallUnderWay, now: number, hintMs = 0): void {
    const before = this.#breaker.state(now)
    this.#breaker.ended(failed, call.isProbe, now, hintMs)
    const after = this.#breaker.state(now)
    if (before === 'closed' && after === 'open') {
      this.#tell({
        event: 'breaker-opened',
        level: 'warn',
        message:
          'Tencent keeps failing: calls are paused, known users are answered with what is cached. Check the network and the region.',
      })
    } else if (before !== 'closed' && after === 'closed') {
      this.#pace.ramp(now)
      this.#tell({ event: 'breaker-closed', level: 'info', message: 'Tencent answers again' })
    }
  }
}
