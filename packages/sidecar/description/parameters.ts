/** The headers that a request may have. */
import * as v from 'valibot'

import { REQUEST_ID } from '../src/http/caller.ts'
import { cacheControl, requestTimeoutMs } from '../src/http/request-wishes.ts'
import { convertedSchema, type Examples, type Parameters } from './schema.ts'

interface RequestHeader {
  readonly name: string
  readonly description: string
  readonly schema: v.GenericSchema
  readonly examples: Examples
}

const REQUEST_HEADERS: Readonly<Record<string, RequestHeader>> = {
  CacheControl: {
    name: 'Cache-Control',
    description:
      'Wishes of the cache (RFC 9111, RFC 5861). `no-cache`: fetch anew, still merged and inside the budget, and fall back to stale tags only if `stale-if-error` is there too. `max-age`, `stale-if-error`: how old an answer may be, in seconds. `only-if-cached`: never ask Tencent. Other directives are ignored; these are refused when they are malformed.',
    schema: cacheControl,
    examples: {
      noCache: { summary: 'Fetch anew', value: 'no-cache' },
      noCacheUnlessDown: {
        summary: 'Fetch anew; tags of up to an hour ago if Tencent cannot be asked',
        value: 'no-cache, stale-if-error=3600',
      },
      maxAge: { summary: 'At most half a minute old', value: 'max-age=30' },
      onlyIfCached: { summary: 'What is cached, or nothing', value: 'only-if-cached' },
    },
  },
  RequestTimeoutMs: {
    name: 'X-Request-Timeout-Ms',
    description:
      "The request's total time in milliseconds, instead of `TAGSIDE_DEADLINE`. More than 10000 counts as 10000.",
    schema: requestTimeoutMs,
    examples: { fiveSeconds: { summary: 'Five seconds', value: 5000 } },
  },
  RequestId: {
    name: 'X-Request-Id',
    description: "The caller's name for the request; one of another form is replaced.",
    schema: v.pipe(v.string(), v.regex(REQUEST_ID)),
    examples: { given: { summary: 'An id', value: 'request-1' } },
  },
}

/** Returns the shared parameters, by name. */
export async function sharedParameters(): Promise<Parameters> {
  const parameters = Object.entries(REQUEST_HEADERS).map(async ([name, { schema, ...header }]) => {
    const converted = await convertedSchema(schema)
    return [name, { ...header, in: 'header', schema: converted.schema }] as const
  })
  return Object.fromEntries(await Promise.all(parameters))
}
