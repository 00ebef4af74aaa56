import * as v from 'valibot'

const result = v.union([
  v.object({
    user: v.string(),
    tags: v.array(v.string()),
    fetchedAt: v.pipe(v.string(), v.isoTimestamp()),
    stale: v.optional(v.boolean()),
  }),
  v.object({
    user: v.string(),
    error: v.object({
      code: v.string(),
      message: v.string(),
      upstreamCode: v.optional(v.number()),
      retryable: v.boolean(),
    }),
  }),
])

/** What the sidecar answered for one user, as `POST /v1/tags:batchGet` has it. */
export type TagResult = v.InferOutput<typeof result>

const results = v.object({ results: v.array(result) })

const problem = v.object({
  status: v.number(),
  code: v.string(),
  detail: v.string(),
  retryable: v.boolean(),
  upstreamCode: v.optional(v.number()),
})

export type ProblemAnswer = v.InferOutput<typeof problem>

/** Reads the answer of `tags:batchGet`: results, or a problem; undefined if it is not one of a sidecar. */
export function readAnswer(body: string): readonly TagResult[] | ProblemAnswer | undefined {
  const json = parsed(body)
  const some = v.safeParse(results, json)
  if (some.success) return some.output.results
  const failure = v.safeParse(problem, json)
  return failure.success ? failure.output : undefined
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
