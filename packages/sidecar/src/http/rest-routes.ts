import { type Context, Hono } from 'hono'

import type { Outcome } from '../lookup/outcome.ts'
import { isPending, type TagLookup } from '../lookup/tag-lookup.ts'
import { accepted } from './accepted.ts'
import { tagsMembers, truthHeaders } from './answer.ts'
import { type FaceOptions, requestId, wishesOf } from './caller.ts'
import { oneReason } from './one-reason.ts'
import { Problem } from './problem.ts'
import { readJson } from './request-body.ts'
import { batchGetBody, invalidateBody, isUserId, userId } from './schemas.ts'

const UNKNOWN_USER = {
  code: 'unknown-user',
  message: 'Tencent does not know this account: it was never imported, or was deleted',
  upstreamCode: 70107,
  retryable: false,
} as const

/** The REST face: one user by GET, up to a thousand by POST, and invalidation. */
export function restRoutes(lookup: TagLookup, options: FaceOptions): Hono {
  const app = new Hono()
  const { wall } = options
  const batchGet = batchGetBody(options.maxUsersPerRequest)
  const invalidate = invalidateBody(options.maxUsersPerRequest)

  // Not async: a hit is answered in the same turn, which the server turns into a synchronous write.
  app.get('/v1/users/:id/tags', (c): Response | Promise<Response> => {
    refuseWhileDraining(options)
    const user = userInPath(c.req.raw.url)
    const outcomes = lookup.lookup([user], wishesOf(c, options.now(), options))
    if (isPending(outcomes)) return outcomes.then((settled) => one(c, user, settled))
    return one(c, user, outcomes)
  })

  app.post('/v1/tags:batchGet', async (c) => {
    refuseWhileDraining(options)
    const wishes = wishesOf(c, options.now(), options)
    const { users } = accepted(batchGet, await readBody(c, wishes.deadlineMs - options.now()))
    const outcomes = await lookup.lookup(users, wishes)
    const failure = oneReason(outcomes)
    const headers = truthHeaders(outcomes, options.now())
    if (failure !== undefined) return Problem.ofFailure(failure).toResponse(requestId(c), headers)
    const results = users.map((user, index) => result(user, outcomes[index]))
    return json(`{"results":[${results.join(',')}]}`, c, headers)
  })

  app.post('/v1/cache:invalidate', async (c) => {
    const { users } = accepted(invalidate, await readBody(c, options.deadlineMs))
    const invalidated = users === undefined ? lookup.invalidateAll() : lookup.invalidate(users)
    return json(`{"invalidated":${invalidated}}`, c)
  })

  function one(c: Context, user: string, outcomes: readonly Outcome[]): Response {
    const headers = truthHeaders(outcomes, options.now())
    const [outcome] = outcomes
    if (outcome?.kind === 'known') {
      return json(`{"user":${JSON.stringify(user)},${tagsMembers(outcome, wall)}}`, c, headers)
    }
    const problem =
      outcome?.kind === 'failed'
        ? Problem.ofFailure(outcome.failure)
        : new Problem(UNKNOWN_USER.code, UNKNOWN_USER.message, UNKNOWN_USER)
    return problem.toResponse(requestId(c), headers)
  }

  function result(user: string, outcome: Outcome | undefined): string {
    const name = `"user":${JSON.stringify(user)}`
    if (outcome?.kind === 'known') return `{${name},${tagsMembers(outcome, wall)}}`
    if (outcome?.kind !== 'failed') return `{${name},"error":${JSON.stringify(UNKNOWN_USER)}}`
    const { code, message, retryable, upstream } = outcome.failure
    const upstreamCode = upstream === undefined ? {} : { upstreamCode: upstream.code }
    return `{${name},"error":${JSON.stringify({ code, message, ...upstreamCode, retryable })}}`
  }

  return app
}

function refuseWhileDraining(options: FaceOptions): void {
  if (!options.isDraining()) return
  throw new Problem('draining', 'the sidecar is shutting down and takes no new lookups', {
    retryable: true,
  })
}

/**
 * Returns the user of `/v1/users/{id}/tags`, decoded strictly. Taken from the raw URL: the router's own decoding
 * lets `%zz` through as it is.
 */
function userInPath(url: string): string {
  const pathStart = url.indexOf('/v1/users/', url.indexOf('//') + 2) + '/v1/users/'.length
  const encoded = url.slice(pathStart, url.indexOf('/', pathStart))
  const user = decoded(encoded)
  return isUserId(user) ? user : accepted(userId, user)
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw new Problem(
      'invalid-request',
      'the user id in the path is not valid percent-encoded UTF-8',
    )
  }
}

async function readBody(c: Context, timeoutMs: number): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new Problem('unsupported-media-type', 'expected Content-Type: application/json')
  }
  const body = await readJson(c, timeoutMs)
  if (body === undefined)
    throw new Problem('invalid-request', 'the body is not valid JSON in UTF-8')
  return body
}

function json(body: string, c: Context, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, {
    headers: { 'Content-Type': 'application/json', 'X-Request-Id': requestId(c), ...headers },
  })
}
