import { type Context, Hono, type Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'

import type { TagLookup } from '../lookup/tag-lookup.ts'
import { type FaceOptions, requestId } from './caller.ts'
import { dropinRoutes } from './dropin-routes.ts'
import type { Fetch } from './listener.ts'
import { openapiRoutes } from './openapi.ts'
import { Problem } from './problem.ts'
import { BODY_CUT_SHORT, BODY_MAX_BYTES } from './request-body.ts'
import { restRoutes } from './rest-routes.ts'

export interface DataAppOptions extends FaceOptions {
  readonly lookup: TagLookup
  /** Told of every error that is not a {@link Problem}: a defect of ours. */
  readonly onDefect: (error: unknown) => void
}

/** The paths of the data listener with the methods each takes. */
export const METHODS: readonly (readonly [path: string, method: string])[] = [
  ['/v1/users/:id/tags', 'GET, HEAD'],
  ['/v1/tags:batchGet', 'POST'],
  ['/v1/cache:invalidate', 'POST'],
  ['/v4/timpush/get_tag', 'POST'],
  ['/v4/all_member_push/im_get_tag', 'POST'],
  ['/openapi.json', 'GET, HEAD'],
]

/** Returns the data listener's handler: body limit, then the two faces and their description. The guards have seen the request before. */
export function createDataApp(options: DataAppOptions): (request: Request) => ReturnType<Fetch> {
  const app = new Hono()
  app.post('*', limitBody)
  app.route('/', restRoutes(options.lookup, options))
  app.route('/', dropinRoutes(options.lookup, options))
  app.route('/', openapiRoutes())
  for (const [path, methods] of METHODS) {
    app.all(path, () => {
      throw new Problem('method-not-allowed', `this path takes ${methods}`, {
        headers: { Allow: methods },
      })
    })
  }
  app.notFound((c) => {
    const problem = new Problem(
      'not-found',
      'there is nothing at this path; see the README for the two faces',
    )
    return problem.toResponse(requestId(c))
  })
  app.onError((error, c) => {
    if (error instanceof Problem) return error.toResponse(requestId(c))
    options.onDefect(error)
    const problem = new Problem(
      'internal-error',
      'an unexpected error ended this request; the log names it',
    )
    return problem.toResponse(requestId(c))
  })
  return (request) => app.fetch(request)
}

const countBody = bodyLimit({ maxSize: BODY_MAX_BYTES, onError: tooLarge })

/**
 * A declared length is enough to go by: Node takes no more bytes than that, and refuses a request that declares chunks beside it. Counting makes
 * a stream of the body, which costs a batch request a fifth of its time.
 */
function limitBody(c: Context, next: Next): Promise<Response | void> {
  const declared = c.req.header('content-length')
  if (declared === undefined) return countBody(c, next).catch(cutShort)
  return Number(declared) > BODY_MAX_BYTES ? tooLarge() : next()
}

/** Errors of what comes next do not get here: Hono has answered them. */
function cutShort(error: unknown): never {
  throw error instanceof Problem ? error : BODY_CUT_SHORT
}

function tooLarge(): never {
  // The rest of the body is not waited for, so nothing that comes after it on this connection could be understood.
  throw new Problem('too-large', `the body is larger than ${BODY_MAX_BYTES} bytes`, {
    headers: { Connection: 'close' },
  })
}
