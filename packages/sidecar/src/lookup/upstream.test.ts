import {
  CallTimeoutError,
  HttpStatusError,
  InvalidReplyError,
  RefusedError,
  type TagReply,
  UnreachableError,
  type UserError,
} from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { callFailure, userReply } from './upstream.ts'

const origin = 'https://console.tim.qq.com'
const refused = (errorCode: number): RefusedError =>
  new RefusedError({ errorCode, errorInfo: 'as Tencent put it' })
const status = (code: number): HttpStatusError =>
  new HttpStatusError({ origin, status: code, retryAfterMs: undefined })

describe('a failed call', () => {
  test.each([
    [
      new UnreachableError({ origin, systemCode: 'ECONNRESET', cause: undefined }),
      'upstream-unreachable',
      true,
    ],
    [new CallTimeoutError({ origin, timeoutMs: 4_000 }), 'upstream-unreachable', true],
    [new InvalidReplyError('the body is not JSON'), 'upstream-invalid-reply', true],
    [status(502), 'upstream-error', true],
    [status(429), 'upstream-throttled', true],
    [status(302), 'upstream-error', false],
    [refused(91000), 'upstream-error', true],
    [refused(60007), 'upstream-throttled', true],
    [refused(70001), 'upstream-credentials', false],
    [refused(70009), 'upstream-credentials', false],
    [refused(90009), 'upstream-credentials', false],
    [refused(60020), 'upstream-credentials', false],
    [refused(90018), 'upstream-error', false],
    [refused(12345), 'upstream-error', false],
  ])('%s is told as %s', (error, code, retryable) => {
    expect(callFailure(error)).toMatchObject({ code, retryable, message: error.message })
  })

  test("carries Tencent's code and text, when Tencent gave them", () => {
    expect(callFailure(refused(91000)).upstream).toEqual({ code: 91000, text: 'as Tencent put it' })
    expect(callFailure(status(502)).upstream).toBeUndefined()
  })

  test('that is no failure of the upstream at all is told without its text', () => {
    const failure = callFailure(new TypeError('secret of the code'))
    expect(failure).toMatchObject({ code: 'internal-error', retryable: false })
    expect(JSON.stringify(failure)).not.toContain('secret of the code')
  })
})

describe('a user of a reply', () => {
  const reply = (
    errors: Record<string, UserError>,
    tags: Record<string, string[]> = {},
  ): TagReply => ({
    tags: new Map(Object.entries(tags)),
    errors: new Map(Object.entries(errors)),
  })

  test('is known by its tags, none included', () => {
    expect(userReply(reply({}, { xiaoming: [] }), 'xiaoming')).toEqual({ kind: 'known', tags: [] })
  })

  test('is unknown by 70107 from Tencent alone', () => {
    expect(
      userReply(reply({ ghost: { code: 70107, message: '', reason: 'refused' } }), 'ghost'),
    ).toEqual({
      kind: 'unknown',
    })
    expect(
      userReply(reply({ ghost: { code: 70107, message: '', reason: 'malformed' } }), 'ghost'),
    ).toMatchObject({
      kind: 'failed',
      failure: { code: 'upstream-invalid-reply' },
    })
  })

  test.each([
    [70402, false],
    [70169, true],
    [60018, true],
  ])('that Tencent refuses with %i carries the code, retryable %s', (code, retryable) => {
    expect(
      userReply(reply({ a: { code, message: 'text', reason: 'refused' } }), 'a'),
    ).toMatchObject({
      kind: 'failed',
      failure: { code: 'upstream-error', retryable, upstream: { code, text: 'text' } },
    })
  })

  test('that is in neither list is a failure, and not "no tags"', () => {
    expect(userReply(reply({}), 'xiaoming')).toMatchObject({
      kind: 'failed',
      failure: { code: 'upstream-invalid-reply', retryable: true },
    })
  })
})
