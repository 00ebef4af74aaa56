import { describe, expect, test } from 'vitest'

import { Problem, type ProblemCode } from './problem.ts'

describe('each code has its one status:', () => {
  const statuses: Readonly<Record<ProblemCode, number>> = {
    'invalid-request': 400,
    unauthorized: 401,
    'forbidden-host': 403,
    'forbidden-origin': 403,
    'forwarded-request': 403,
    'unknown-user': 404,
    'not-found': 404,
    'method-not-allowed': 405,
    'too-large': 413,
    'unsupported-media-type': 415,
    'internal-error': 500,
    'upstream-unreachable': 502,
    'upstream-invalid-reply': 502,
    'upstream-error': 502,
    'upstream-credentials': 502,
    overloaded: 503,
    'upstream-unavailable': 503,
    'upstream-throttled': 503,
    draining: 503,
    'deadline-exceeded': 504,
    'only-if-cached': 504,
  }
  const codes: readonly ProblemCode[] = Object.keys(statuses).filter(
    (code): code is ProblemCode => code in statuses,
  )

  test.each(codes)('%s', async (code) => {
    const response = new Problem(code, 'what happened').toResponse('request-1')
    expect(response.status).toBe(statuses[code])
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(response.headers.get('X-Request-Id')).toBe('request-1')
    expect(response.headers.has('Retry-After')).toBe(statuses[code] === 503)
    expect(await response.json()).toEqual({
      type: `/docs/operations.md#${code}`,
      title: expect.stringMatching(/^[A-Z].*[^.]$/),
      status: statuses[code],
      detail: 'what happened',
      code,
      retryable: false,
      requestId: 'request-1',
    })
  })
})

describe('Retry-After is in whole seconds, and never 0:', () => {
  test.each([
    [undefined, '1'],
    [0, '1'],
    [1, '1'],
    [1_000, '1'],
    [1_001, '2'],
    [4_000, '4'],
  ])('%s ms is %s', (retryAfterMs, retryAfter) => {
    const { headers } = new Problem('overloaded', '', { retryAfterMs }).toResponse('request-1')
    expect(headers.get('Retry-After')).toBe(retryAfter)
  })
})

test('a failure of the lookup becomes the problem of its code', () => {
  const failure = {
    code: 'upstream-error',
    message: 'refused',
    retryable: true,
    upstream: { code: 91000, text: 'not for the message' },
    retryAfterMs: 5,
  } as const
  expect(Problem.ofFailure(failure)).toMatchObject({
    code: 'upstream-error',
    message: 'refused',
    retryable: true,
    upstreamCode: 91000,
    retryAfterMs: 5,
  })
})
