import type { Context } from 'hono'

/** Largest request body, in bytes; declared or counted. */
export const BODY_MAX_BYTES = 256 * 1024

/**
 * Reads a body as JSON, strictly: what is not UTF-8 is not JSON. A lenient decoder would turn two different broken ids
 * into the same replacement characters. Returns undefined for anything that is not JSON; `undefined` is no JSON value.
 */
export async function readJson(c: Context): Promise<unknown> {
  const bytes = await c.req.arrayBuffer()
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Reports whether the value is an object that is not an array, so that its members may be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
