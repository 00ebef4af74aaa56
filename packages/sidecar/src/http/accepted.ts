import * as v from 'valibot'

import { Problem } from './problem.ts'

/** Returns what a schema makes of a part of a request. Throws the {@link Problem} `invalid-request` with what is wrong. */
export function accepted<Output>(schema: v.GenericSchema<unknown, Output>, part: unknown): Output {
  const result = v.safeParse(schema, part)
  if (result.success) return result.output
  throw new Problem('invalid-request', result.issues[0].message)
}
