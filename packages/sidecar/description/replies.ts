/** The shapes of the answers. They are written as text, piece by piece, so these schemas describe them and parse nothing. */
import * as v from 'valibot'

import { PROBLEMS } from '../src/http/problem.ts'

const tags = v.array(v.string())
const fetchedAt = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.description('When Tencent was asked for these tags.'),
)

/** The codes that have one of these statuses, in the order of the code. */
export function codesOf(...statuses: readonly number[]): string[] {
  return Object.entries(PROBLEMS)
    .filter(([, { status }]) => statuses.includes(status))
    .map(([code]) => code)
}

const upstreamCode = v.optional(
  v.pipe(v.number(), v.integer(), v.description('The code that Tencent gave, where it gave one.')),
)
const retryable = v.pipe(
  v.boolean(),
  v.description('Whether asking again may help without anyone changing anything.'),
)

export const userTags = v.pipe(
  v.object({
    user: v.string(),
    tags,
    fetchedAt,
    stale: v.optional(
      v.pipe(
        v.literal(true),
        v.description('Present when the fresh time of the tags is over. Never `false`.'),
      ),
    ),
  }),
  v.metadata({ ref: 'UserTags' }),
)

const userFailure = v.pipe(
  v.object({
    user: v.string(),
    error: v.object({
      code: v.picklist([
        ...codesOf(500, 502, 503, 504).filter((code) => code !== 'draining'),
        'unknown-user',
      ]),
      message: v.string(),
      upstreamCode,
      retryable,
    }),
  }),
  v.metadata({ ref: 'UserFailure' }),
)

export const batchGetReply = v.pipe(
  v.object({
    results: v.pipe(
      v.array(v.union([userTags, userFailure])),
      v.description('One for each user of the request, in its order.'),
    ),
  }),
  v.metadata({ ref: 'BatchGetReply' }),
)

export const invalidateReply = v.pipe(
  v.object({
    invalidated: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.description('Entries that were cached and are gone.'),
    ),
  }),
  v.metadata({ ref: 'InvalidateReply' }),
)

const errorCode = v.pipe(v.number(), v.integer())

/** Tencent's own reply. */
export const getTagReply = v.pipe(
  v.variant('ActionStatus', [
    v.object({
      ActionStatus: v.literal('OK'),
      ErrorInfo: v.string(),
      ErrorCode: v.literal(0),
      UserTags: v.pipe(
        v.array(v.object({ To_Account: v.string(), Tags: tags })),
        v.description(
          'One for each distinct account that has an answer, in the order of the request.',
        ),
      ),
      ErrorList: v.optional(
        v.pipe(
          v.array(
            v.object({ To_Account: v.string(), ErrorCode: errorCode, ErrorInfo: v.string() }),
          ),
          v.minLength(1),
          v.description('The accounts without an answer; left out when there is none.'),
        ),
      ),
    }),
    v.object({
      ActionStatus: v.literal('FAIL'),
      ErrorInfo: v.pipe(
        v.string(),
        v.description('Begins with `tagside:` when Tencent did not write it.'),
      ),
      ErrorCode: errorCode,
    }),
  ]),
  v.metadata({ ref: 'GetTagReply' }),
)

const problem = v.pipe(
  v.object({
    type: v.pipe(v.string(), v.description('Where the code is explained.')),
    title: v.string(),
    status: v.pipe(v.number(), v.integer()),
    detail: v.pipe(v.string(), v.description('What is wrong here, without user ids.')),
    code: v.picklist(Object.keys(PROBLEMS)),
    retryable,
    requestId: v.string(),
    upstreamCode,
  }),
  v.metadata({ ref: 'Problem', title: 'Problem (RFC 9457)' }),
)

/** The problems of one status. */
export function problemOf(status: number, codes: readonly string[]): v.GenericSchema {
  return v.intersect([problem, v.object({ status: v.literal(status), code: v.picklist(codes) })])
}

/** The description itself. */
export const openapiReply = v.pipe(
  v.objectWithRest({ openapi: v.pipe(v.string(), v.startsWith('3.1.')) }, v.unknown()),
  v.metadata({ ref: 'OpenApi' }),
)
