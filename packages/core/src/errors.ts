import { describeErrorCode } from './error-codes.ts'
import type { FailureClass } from './error-codes.ts'

type TencentErrorCode =
  | 'TENCENT_REFUSED'
  | 'TENCENT_HTTP_STATUS'
  | 'TENCENT_UNREACHABLE'
  | 'TENCENT_TIMEOUT'
  | 'TENCENT_INVALID_REPLY'

/**
 * A TencentError says that a call to Tencent gave no tags for anybody. Match on `code` for what
 * happened, act on `failureClass`. Neither it nor its `cause` carries a secret key or a UserSig;
 * its message has no text from upstream in it and no more of a URL than the origin.
 *
 * Mistakes in the arguments of this package are not TencentErrors but plain TypeErrors and
 * RangeErrors, and a call that its caller gave up rejects with the reason of the caller's signal.
 */
export abstract class TencentError extends Error {
  abstract readonly code: TencentErrorCode
  abstract readonly failureClass: FailureClass
}

/** A RefusedError says that Tencent answered with an `ErrorCode` other than 0. */
export class RefusedError extends TencentError {
  override readonly name = 'RefusedError'
  override readonly code = 'TENCENT_REFUSED'
  override readonly failureClass: FailureClass
  /** Tencent's `ErrorCode`. */
  readonly errorCode: number
  /** Tencent's `ErrorInfo`, at most 300 characters, '' where it sent none. It may name users. */
  readonly errorInfo: string
  /** What to do about it, in our words. */
  readonly advice: string

  constructor({ errorCode, errorInfo }: { errorCode: number; errorInfo: string }) {
    const { failureClass, meaning, advice } = describeErrorCode(errorCode)
    super(`get_tag was refused with ErrorCode ${errorCode}: ${meaning}. ${advice}`)
    this.failureClass = failureClass
    this.errorCode = errorCode
    this.errorInfo = errorInfo
    this.advice = advice
  }
}

/** An HttpStatusError says that the answer was not 2xx: Tencent answers 200 also to what it refuses. */
export class HttpStatusError extends TencentError {
  override readonly name = 'HttpStatusError'
  override readonly code = 'TENCENT_HTTP_STATUS'
  override readonly failureClass: FailureClass
  readonly status: number
  /** What `Retry-After` asked for, in milliseconds; undefined if it was absent or unreadable. */
  readonly retryAfterMs: number | undefined

  constructor(answer: { origin: string; status: number; retryAfterMs: number | undefined }) {
    const { origin, status, retryAfterMs } = answer
    super(`get_tag at ${origin} was answered with HTTP status ${status}. ${statusAdvice(status)}`)
    this.failureClass = statusClass(status)
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

/** An UnreachableError says that no complete answer came: DNS, refused, reset, TLS, cut short. */
export class UnreachableError extends TencentError {
  override readonly name = 'UnreachableError'
  override readonly code = 'TENCENT_UNREACHABLE'
  override readonly failureClass = 'retry'

  constructor(failure: { origin: string; systemCode: string; cause: unknown }) {
    const { origin, systemCode, cause } = failure
    super(
      `get_tag at ${origin} got no complete answer (${systemCode}). ` +
        'Check that the host is right and can be reached from here.',
      { cause },
    )
  }
}

/** A CallTimeoutError says that an answer was not complete, headers and body, in time. */
export class CallTimeoutError extends TencentError {
  override readonly name = 'CallTimeoutError'
  override readonly code = 'TENCENT_TIMEOUT'
  override readonly failureClass = 'retry'
  readonly timeoutMs: number

  constructor({ origin, timeoutMs }: { origin: string; timeoutMs: number }) {
    super(
      `get_tag at ${origin} was not answered within ${timeoutMs} ms. ` +
        'Tencent itself gives up after 3 s: a shorter timeout gives up first.',
    )
    this.timeoutMs = timeoutMs
  }
}

/** An InvalidReplyError says that the answer was complete, yet is not what Tencent documents. */
export class InvalidReplyError extends TencentError {
  override readonly name = 'InvalidReplyError'
  override readonly code = 'TENCENT_INVALID_REPLY'
  override readonly failureClass = 'retry'
  /** What is wrong with the reply, in our words; never a part of it. */
  readonly reason: string

  constructor(reason: string) {
    super(
      `The reply to get_tag cannot be used: ${reason}. ` +
        'If it stays, something other than Tencent answers at the base URL.',
    )
    this.reason = reason
  }
}

function statusClass(status: number): FailureClass {
  if (status === 429) return 'throttled'
  return status >= 500 || status === 408 ? 'retry' : 'unknown'
}

function statusAdvice(status: number): string {
  if (status === 429) return 'Send fewer calls a second.'
  if (status >= 500 || status === 408) return 'Repeat after a pause.'
  if (status >= 300 && status < 400) {
    return 'Redirects are not followed, they would carry the UserSig elsewhere: check the base URL.'
  }
  return 'Check that the base URL is a REST host of Tencent, and the proxies on the way.'
}
