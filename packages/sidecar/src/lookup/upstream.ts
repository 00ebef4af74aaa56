import {
  describeErrorCode,
  RefusedError,
  type TagReply,
  TencentError,
  type UserError,
} from '@tagside/core'

import { type Failed, type Failure, type FailureCode, failed } from './outcome.ts'

/**
 * LoadBatch makes one upstream call for at most 100 distinct users. It rejects when the call as a whole failed; what
 * failed for one user only is in the reply. It must settle by itself: nothing cancels it.
 */
export type LoadBatch = (users: readonly string[]) => Promise<TagReply>

/** Tencent's code for an account that was never imported. */
const UNKNOWN_ACCOUNT = 70107

/** What the reply says of one user, not yet cached. */
export type UserReply =
  | { readonly kind: 'known'; readonly tags: readonly string[] }
  | { readonly kind: 'unknown' }
  | Failed

/** Reads one user out of a reply. A user in neither list is a failure of that user, never "no tags". */
export function userReply(reply: TagReply, user: string): UserReply {
  const tags = reply.tags.get(user)
  if (tags !== undefined) return { kind: 'known', tags }
  const error = reply.errors.get(user)
  if (error === undefined) return failed(invalidReply('Tencent left this user out of its reply'))
  if (error.reason === 'refused' && error.code === UNKNOWN_ACCOUNT) return { kind: 'unknown' }
  return failed(userFailure(error))
}

function userFailure(error: UserError): Failure {
  if (error.reason !== 'refused') return invalidReply(error.message.replace(/^tagside: /, ''))
  const { failureClass, advice } = describeErrorCode(error.code)
  return {
    code: 'upstream-error',
    message: `Tencent refused this user with code ${error.code}: ${advice}`,
    retryable: failureClass === 'retry' || failureClass === 'throttled',
    upstream: { code: error.code, text: error.message },
  }
}

function invalidReply(message: string): Failure {
  return { code: 'upstream-invalid-reply', message, retryable: true }
}

/** Something threw that core does not throw: a defect of ours. The users fail all the same; nobody is left waiting. */
const DEFECT: Failure = {
  code: 'internal-error',
  message: 'the call ended with an unexpected error; the log of the sidecar names it',
  retryable: false,
}

/** Says what a failed call means for each of its users. Everything core throws is classified there; this only names it. */
export function callFailure(error: unknown): Failure {
  if (!(error instanceof TencentError)) return DEFECT
  const failure = {
    code: failureCode(error),
    message: error.message,
    retryable: isRetryable(error),
  }
  if (!(error instanceof RefusedError)) return failure
  return { ...failure, upstream: { code: error.errorCode, text: error.errorInfo } }
}

function failureCode(error: TencentError): FailureCode {
  switch (error.failureClass) {
    case 'throttled':
      return 'upstream-throttled'
    case 'credentials':
    case 'expired-signature':
    case 'operator':
      return 'upstream-credentials'
    case 'retry':
    case 'request':
    case 'unknown':
      return transportCode(error)
  }
}

function transportCode(error: TencentError): FailureCode {
  switch (error.code) {
    case 'TENCENT_UNREACHABLE':
    case 'TENCENT_TIMEOUT':
      return 'upstream-unreachable'
    case 'TENCENT_INVALID_REPLY':
      return 'upstream-invalid-reply'
    case 'TENCENT_HTTP_STATUS':
    case 'TENCENT_REFUSED':
      return 'upstream-error'
  }
}

function isRetryable(error: TencentError): boolean {
  return error.failureClass === 'retry' || error.failureClass === 'throttled'
}
