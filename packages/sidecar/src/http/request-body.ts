import type { Context } from 'hono'

import { Problem } from './problem.ts'

/** Largest request body, in bytes; declared or counted. */
export const BODY_MAX_BYTES = 256 * 1024

/** The caller left, or broke its own chunks: nobody may be there to read this. */
export const BODY_CUT_SHORT: Problem = new Problem(
  'invalid-request',
  'the connection ended before the whole body had arrived',
)

const TOO_SLOW = new Problem(
  'deadline-exceeded',
  'the deadline passed before the whole body had arrived',
  {
    retryable: true,
    headers: { Connection: 'close' },
  },
)

/**
 * Reads a body as JSON, strictly: what is not UTF-8 is not JSON. A lenient decoder would turn two different broken ids
 * into the same replacement characters. Returns undefined for anything that is not JSON; `undefined` is no JSON value.
 * Throws a {@link Problem} when the body ends early or is not there within `timeoutMs`.
 */
export async function readJson(c: Context, timeoutMs: number): Promise<unknown> {
  const bytes = await wholeBody(c, timeoutMs)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** The time that a body takes is part of the request's; a slow one is not waited for. */
async function wholeBody(c: Context, timeoutMs: number): Promise<ArrayBuffer> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(TOO_SLOW), Math.max(0, timeoutMs))
  try {
    return await Promise.race([c.req.arrayBuffer(), promise])
  } catch (error) {
    if (error instanceof Problem) throw error
    throw BODY_CUT_SHORT
  } finally {
    clearTimeout(timer)
  }
}
