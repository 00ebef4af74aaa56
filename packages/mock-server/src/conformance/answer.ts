import * as v from 'valibot'

import { parseJson } from '../engine/body.ts'

/** An Answer is a whole HTTP answer, as far as rows look at it. */
export interface Answer {
  readonly status: number
  readonly text: string
}

const wireEnvelope = v.object({
  ActionStatus: v.picklist(['OK', 'FAIL']),
  // A published sample of document 1047/34620 has none on success.
  ErrorInfo: v.optional(v.string(), ''),
  ErrorCode: v.pipe(v.number(), v.integer()),
  UserTags: v.optional(
    v.array(v.object({ To_Account: v.string(), Tags: v.nullish(v.array(v.string()), []) })),
    [],
  ),
  ErrorList: v.optional(
    v.array(
      v.object({
        To_Account: v.string(),
        ErrorCode: v.number(),
        ErrorInfo: v.optional(v.string()),
      }),
    ),
    [],
  ),
})

/** A reply's fields; lists that are absent are empty. */
export type ReadEnvelope = v.InferOutput<typeof wireEnvelope>

/** Reads the envelope; or says, as text, why the answer is none. */
export function readEnvelope({ status, text }: Answer): ReadEnvelope | string {
  if (status !== 200) return `HTTP status ${status}, expected 200`
  const json = parseJson(text)
  if (json === undefined) return 'the body is not JSON'
  const parsed = v.safeParse(wireEnvelope, json)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  return `${v.getDotPath(issue) ?? 'the body'}: expected ${issue.expected}, got ${issue.received}`
}
