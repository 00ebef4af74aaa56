/** The headers of the answers. */
import * as v from 'valibot'

import { convertedSchema, type Headers } from './schema.ts'

interface Header {
  readonly description: string
  readonly schema: v.GenericSchema
  /** Whether every answer that names it has it. */
  readonly required?: true
}

const HEADERS: Readonly<Record<string, Header>> = {
  'X-Request-Id': {
    description: "The request's own id, or a new one. Problems carry it too.",
    schema: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    required: true,
  },
  'Cache-Status': {
    description:
      'Where the answer came from (RFC 9211): `hit` or `fwd=miss`, what is left of the fresh time as `ttl`, `collapsed` when it joined a fetch under way, and counts when several users fared differently.',
    schema: v.pipe(v.string(), v.regex(/^tagside(?:; .+)?$/)),
  },
  Age: {
    description: 'Seconds since Tencent was asked for the oldest value in the answer.',
    schema: v.pipe(v.number(), v.integer(), v.minValue(0)),
  },
  'Retry-After': {
    description: 'Seconds after which asking again may help.',
    schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
    required: true,
  },
  Allow: {
    description: 'The methods that the path takes.',
    schema: v.picklist(['GET, HEAD', 'POST']),
    required: true,
  },
  'WWW-Authenticate': {
    description: 'The scheme by which the access token is sent.',
    schema: v.literal('Bearer'),
    required: true,
  },
}

/** Returns the shared headers, by name. */
export async function sharedHeaders(): Promise<Headers> {
  const headers = Object.entries(HEADERS).map(async ([name, { schema, ...header }]) => {
    const converted = await convertedSchema(schema)
    return [name, { ...header, schema: converted.schema }] as const
  })
  return Object.fromEntries(await Promise.all(headers))
}
