import { HTTPException } from 'hono/http-exception'
import * as v from 'valibot'

import type { MockControl } from '../../control/mock-control.ts'
import { readBody } from '../../engine/body.ts'

/** What every route of the admin API finds in its context: the app that the query names. */
export interface AdminEnv {
  readonly Variables: { readonly control: MockControl }
}

// A snapshot or a seed of some hundred thousand users.
const BODY_MIB_MAX = 16

/**
 * Reads a request's body, of any content type, as JSON of this shape; an empty body is `{}` where
 * nothing in it is required. Throws HTTPException 400 or 413, with a message that says what is wrong.
 */
export async function readJson<Schema extends v.GenericSchema>(
  schema: Schema,
  request: Request,
): Promise<v.InferOutput<Schema>> {
  const text = await readBody(request, BODY_MIB_MAX * 2 ** 20)
  if (text === undefined)
    throw new HTTPException(413, { message: `body: more than ${BODY_MIB_MAX} MiB` })
  const body = text === '' ? {} : parse(text)
  // To Valibot an array is an object without members, and so a wish for nothing in particular.
  if (Array.isArray(body)) {
    throw new HTTPException(400, { message: 'body: expected an object, got an array' })
  }
  const parsed = v.safeParse(schema, body)
  if (parsed.success) return parsed.output
  if (text === '') throw new HTTPException(400, { message: 'body: expected JSON, got nothing' })
  const [issue] = parsed.issues
  const where = v.getDotPath(issue) ?? 'body'
  throw new HTTPException(400, { message: `${where}: ${issue.message}` })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HTTPException(400, { message: `body: broken JSON: ${reason}`, cause })
  }
}
