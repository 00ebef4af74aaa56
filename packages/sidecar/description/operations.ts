import type { GenericSchema } from 'valibot'

import { batchGetBody, getTagBody, invalidateBody, userId } from '../src/http/schemas.ts'
import { TRUTH } from './refusals.ts'
import { batchGetReply, getTagReply, invalidateReply, openapiReply, userTags } from './replies.ts'
import {
  convertedSchema,
  type Examples,
  headerRefs,
  jsonContent,
  type Operation,
  refs,
  type Responses,
} from './schema.ts'

/** Users of one request, unless `TAGSIDE_MAX_USERS_PER_REQUEST` says otherwise. */
const USERS_MAX = 1_000

/** Refusals that every path has. */
const EVERYWHERE = {
  400: 'InvalidRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  417: 'ExpectationFailed',
  431: 'HeadersTooLarge',
  500: 'Defect',
}
const OF_A_BODY = { 413: 'TooLarge' }
const OF_A_JSON_BODY = { ...OF_A_BODY, 415: 'UnsupportedMediaType' }
const OF_A_LOOKUP = { 502: 'UpstreamFailed', 503: 'Unavailable', 504: 'NoAnswerInTime' }

const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` })
const REQUEST_ID = parameter('RequestId')
const WISHES = [parameter('CacheControl'), parameter('RequestTimeoutMs'), REQUEST_ID]

const xiaoming = {
  user: 'xiaoming',
  tags: ['GoldMember', 'WeekPassUser'],
  fetchedAt: '2026-11-23T05:42:00.123Z',
}

function success(
  description: string,
  schema: GenericSchema,
  examples: Examples,
  headers: readonly string[] = [],
): Responses {
  return {
    200: {
      description,
      headers: headerRefs('X-Request-Id', ...headers),
      content: jsonContent(schema, examples),
    },
  }
}

async function getUserTags(): Promise<Operation> {
  const { schema } = await convertedSchema(userId)
  return {
    operationId: 'getUserTags',
    tags: ['REST'],
    summary: "One user's tags",
    description:
      'Answered from the cache where it may be, by Tencent where it must. `HEAD` answers the same without a body. The ids `.` and `..` cannot be in a path: ask for them with `tags:batchGet`.',
    parameters: [
      {
        name: 'id',
        in: 'path',
        required: true,
        description: 'The user id, percent-encoded.',
        schema,
        examples: {
          xiaoming: { summary: 'A user with tags', value: 'xiaoming' },
          ghost: { summary: 'An account that Tencent does not know', value: 'ghost' },
        },
      },
      ...WISHES,
    ],
    responses: {
      ...success(
        'The tags; an empty list for a user without any.',
        userTags,
        { xiaoming: { summary: 'A user with tags', value: xiaoming } },
        TRUTH,
      ),
      ...refs('responses', { ...EVERYWHERE, 404: 'NotFound', ...OF_A_LOOKUP }),
    },
  }
}

const batchGetTags: Operation = {
  operationId: 'batchGetTags',
  tags: ['REST'],
  summary: 'Tags of several users',
  description:
    'One result for each user of the request, in its order, repeated ones too. When every user failed for one reason, the answer is that problem.',
  parameters: WISHES,
  requestBody: {
    required: true,
    description: `At most ${USERS_MAX} users, or as many as \`TAGSIDE_MAX_USERS_PER_REQUEST\` says.`,
    content: jsonContent(batchGetBody(USERS_MAX), {
      someUsers: {
        summary: 'A user with tags and an unknown account',
        value: { users: ['xiaoming', 'ghost'] },
      },
    }),
  },
  responses: {
    ...success(
      'What became of each user.',
      batchGetReply,
      {
        someUsers: {
          summary: 'A user with tags and an unknown account',
          value: {
            results: [
              xiaoming,
              {
                user: 'ghost',
                error: {
                  code: 'unknown-user',
                  message:
                    'Tencent does not know this account: it was never imported, or was deleted',
                  upstreamCode: 70107,
                  retryable: false,
                },
              },
            ],
          },
        },
      },
      TRUTH,
    ),
    ...refs('responses', { ...EVERYWHERE, ...OF_A_JSON_BODY, ...OF_A_LOOKUP }),
  },
}

const invalidateCache: Operation = {
  operationId: 'invalidateCache',
  tags: ['REST'],
  summary: 'Forget users',
  description:
    'The entries are gone when the answer comes, and a fetch already under way does not bring the old value back.',
  parameters: [REQUEST_ID],
  requestBody: {
    required: true,
    description: 'Either some users, as many as for `tags:batchGet`, or everybody.',
    content: jsonContent(invalidateBody(USERS_MAX), {
      someUsers: { summary: 'Two users', value: { users: ['xiaoming', 'ghost'] } },
      everybody: { summary: 'Everybody', value: { all: true } },
    }),
  },
  responses: {
    ...success('Done.', invalidateReply, {
      someUsers: { summary: 'One of the two was cached', value: { invalidated: 1 } },
      everybody: { summary: 'Two users were cached', value: { invalidated: 2 } },
    }),
    ...refs('responses', { ...EVERYWHERE, ...OF_A_JSON_BODY, 504: 'BodyTooLate' }),
  },
}

function getTag(operationId: string, summary: string): Operation {
  return {
    operationId,
    tags: ['Drop-in'],
    summary,
    description:
      "Tencent's own request and reply: an existing client changes its host and nothing else. The query string may be there or not; its `usersig` is neither checked nor forwarded. Every answer about tags has status 200, failures in `ErrorCode` as Tencent has them; the sidecar's own are 90001, 90018 and 60015 for the body, 60002 for a header, 60008 when the deadline passed, 60018 for overload and while it stops, and 91000 when Tencent cannot be had.",
    parameters: WISHES,
    requestBody: {
      required: true,
      description: 'JSON, whatever `Content-Type` says.',
      content: jsonContent(getTagBody, {
        someAccounts: {
          summary: 'A user with tags and an unknown account',
          value: { To_Account: ['xiaoming', 'ghost'] },
        },
      }),
    },
    responses: {
      ...success(
        "Tencent's reply, or one that looks like it.",
        getTagReply,
        {
          someAccounts: {
            summary: 'A user with tags and an unknown account',
            value: {
              ActionStatus: 'OK',
              ErrorInfo: '',
              ErrorCode: 0,
              UserTags: [{ To_Account: 'xiaoming', Tags: xiaoming.tags }],
              ErrorList: [{ To_Account: 'ghost', ErrorCode: 70107, ErrorInfo: '' }],
            },
          },
          onlyIfCached: {
            summary: 'Nobody is cached, and nobody may be asked for',
            value: {
              ActionStatus: 'FAIL',
              ErrorInfo:
                'tagside: no usable value is cached and the request forbids going upstream (Cache-Control: only-if-cached)',
              ErrorCode: 60008,
            },
          },
        },
        TRUTH,
      ),
      ...refs('responses', { ...EVERYWHERE, ...OF_A_BODY }),
    },
  }
}

const getOpenapi: Operation = {
  operationId: 'getOpenApi',
  tags: ['Description'],
  summary: 'This document',
  description: '`HEAD` answers the same without a body.',
  parameters: [REQUEST_ID],
  responses: {
    ...success('OpenAPI 3.1.', openapiReply, {}),
    ...refs('responses', EVERYWHERE),
  },
}

/** Returns what each path answers to the one method that it has beside HEAD, by the path as the routes have it. */
export async function operations(): Promise<ReadonlyMap<string, Operation>> {
  return new Map([
    ['/v1/users/:id/tags', await getUserTags()],
    ['/v1/tags:batchGet', batchGetTags],
    ['/v1/cache:invalidate', invalidateCache],
    ['/v4/timpush/get_tag', getTag('getTag', 'Tags of up to 100 users')],
    [
      '/v4/all_member_push/im_get_tag',
      getTag('getTagOfOlderSdks', 'The same under the path of older SDKs'),
    ],
    ['/openapi.json', getOpenapi],
  ])
}
