import { randomUUID } from 'node:crypto'

import type { Context } from 'hono'

import type { LookupWishes } from '../lookup/tag-lookup.ts'
import { requestWishes } from './request-wishes.ts'
import type { WallTime } from './wall-time.ts'

/** What the routes need to know of the world; the same for both faces. */
export interface FaceOptions {
  readonly now: () => number
  /** Shows moments of `now` as dates. One for all faces, so that all show one date. */
  readonly wall: WallTime
  /** A request's total time unless the caller asks for another. */
  readonly deadlineMs: number
  /** Users of one `tags:batchGet`. */
  readonly maxUsersPerRequest: number
  /** True from the first signal to stop. */
  readonly isDraining: () => boolean
}

/** Returns the caller's own request id if it is short and plain, otherwise a new one. */
export function requestId(c: Context): string {
  return acceptedRequestId(c.req.header('x-request-id'))
}

/** What a request id may be to be taken over. */
export const REQUEST_ID = /^[\w.:-]{1,64}$/

export function acceptedRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

/** Reads the caller's wishes; the deadline counts from `arrivedMs`. */
export function wishesOf(c: Context, arrivedMs: number, options: FaceOptions): LookupWishes {
  const headers = {
    cacheControl: c.req.header('cache-control'),
    timeoutMs: c.req.header('x-request-timeout-ms'),
  }
  const wishes = requestWishes(headers, arrivedMs, options.deadlineMs)
  return { ...wishes, callerLeft: () => c.req.raw.signal }
}
