import type { Failure, FailureCode } from '../lookup/outcome.ts'

/** Every code a problem of the REST face can carry. */
export type ProblemCode =
  | FailureCode
  | 'invalid-request'
  | 'unauthorized'
  | 'forbidden-host'
  | 'forbidden-origin'
  | 'forwarded-request'
  | 'unknown-user'
  | 'not-found'
  | 'method-not-allowed'
  | 'too-large'
  | 'unsupported-media-type'
  | 'draining'

/** The status and title of every code. */
export const PROBLEMS: Readonly<
  Record<ProblemCode, { readonly status: number; readonly title: string }>
> = {
  'invalid-request': { status: 400, title: 'The request is malformed' },
  unauthorized: { status: 401, title: 'The access token is missing or wrong' },
  'forbidden-host': { status: 403, title: 'The Host is not one of this sidecar' },
  'forbidden-origin': { status: 403, title: 'Requests from web pages are refused' },
  'forwarded-request': { status: 403, title: 'Forwarded requests are refused' },
  'unknown-user': { status: 404, title: 'Tencent does not know this account' },
  'not-found': { status: 404, title: 'There is nothing at this path' },
  'method-not-allowed': { status: 405, title: 'The path does not take this method' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON by its Content-Type' },
  'internal-error': { status: 500, title: 'The sidecar has a defect' },
  'upstream-unreachable': { status: 502, title: 'Tencent could not be reached' },
  'upstream-invalid-reply': { status: 502, title: 'Tencent answered with a broken reply' },
  'upstream-error': { status: 502, title: 'Tencent answered with an error' },
  'upstream-credentials': { status: 502, title: 'Tencent refuses the credentials or the app' },
  overloaded: { status: 503, title: 'Too many users are waiting' },
  'upstream-unavailable': { status: 503, title: 'Tencent is failing; calls are paused' },
  'upstream-throttled': { status: 503, title: 'Tencent is throttling the app' },
  draining: { status: 503, title: 'The sidecar is shutting down' },
  'deadline-exceeded': { status: 504, title: 'The deadline passed' },
  'only-if-cached': { status: 504, title: 'Nothing usable is cached' },
}

export interface RenderedProblem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Problem is an answer that is not tags: thrown or returned anywhere in `http/`, turned into a response only here. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly retryable: boolean
  readonly upstreamCode: number | undefined
  readonly retryAfterMs: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly retryable?: boolean
      readonly upstreamCode?: number | undefined
      readonly retryAfterMs?: number | undefined
      readonly headers?: Readonly<Record<string, string>>
    } = {},
  ) {
    super(detail)
    this.code = code
    this.retryable = more.retryable ?? false
    this.upstreamCode = more.upstreamCode
    this.retryAfterMs = more.retryAfterMs
    this.headers = more.headers ?? {}
  }

  static ofFailure(failure: Failure): Problem {
    return new Problem(failure.code, failure.message, {
      retryable: failure.retryable,
      upstreamCode: failure.upstream?.code,
      retryAfterMs: failure.retryAfterMs,
    })
  }

  /** Returns the RFC 9457 response. A 503 always carries `Retry-After`, one second if nothing better is known. */
  toResponse(requestId: string, headers: Readonly<Record<string, string>> = {}): Response {
    const { status, ...rendered } = this.render(requestId, headers)
    return new Response(rendered.body, { status, headers: rendered.headers })
  }

  /** Returns the same in parts, for a server that has no Response yet. */
  render(requestId: string, headers: Readonly<Record<string, string>> = {}): RenderedProblem {
    const { status, title } = PROBLEMS[this.code]
    const body = {
      type: `/docs/operations.md#${this.code}`,
      title,
      status,
      detail: this.message,
      code: this.code,
      retryable: this.retryable,
      requestId,
      ...(this.upstreamCode === undefined ? {} : { upstreamCode: this.upstreamCode }),
    }
    const retryAfterS = Math.max(1, Math.ceil((this.retryAfterMs ?? 0) / 1_000))
    return {
      status,
      headers: {
        'Content-Type': 'application/problem+json',
        'X-Request-Id': requestId,
        ...(status === 503 ? { 'Retry-After': String(retryAfterS) } : {}),
        ...this.headers,
        ...headers,
      },
      body: JSON.stringify(body),
    }
  }
}
