import * as v from 'valibot'
import { expect } from 'vitest'

const problem = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code: v.string(),
  retryable: v.boolean(),
  requestId: v.string(),
  upstreamCode: v.optional(v.number()),
})

/** Reads an answer that has to be a problem: every member there, none that is not documented, and true to its head. */
export async function problemOf(response: Response): Promise<v.InferOutput<typeof problem>> {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  const read = v.parse(problem, await response.json())
  expect(read.status).toBe(response.status)
  expect(read.requestId).toBe(response.headers.get('X-Request-Id'))
  expect(read.type).toBe(`/docs/operations.md#${read.code}`)
  return read
}
