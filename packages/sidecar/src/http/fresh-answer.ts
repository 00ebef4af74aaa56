import { randomUUID } from 'node:crypto'

import type { FreshTags } from '../lookup/outcome.ts'
import type { WallTime } from './wall-time.ts'

/** How long an idle connection is kept, in seconds; callers are told. */
export const KEEP_ALIVE_S = 65

/** What a short path answers: fresh throughout. */
export interface FreshBody {
  readonly text: string
  readonly bytes: number
  /** When the oldest value was fetched, and when the first is stale; monotonic milliseconds. */
  readonly dates: Pick<FreshTags, 'fetchedAtMs' | 'freshUntilMs'>
}

/** Returns a fresh answer as it goes over the wire, with the headers that the long way gives it, Node's own among them. */
export function freshAnswer(
  { text, bytes, dates }: FreshBody,
  requestId: string | undefined,
  wall: WallTime,
  now: number,
): string {
  const ttlS = Math.floor((dates.freshUntilMs - now) / 1_000)
  const ageS = Math.floor((now - dates.fetchedAtMs) / 1_000)
  return `HTTP/1.1 200 OK\r
Content-Type: application/json\r
X-Request-Id: ${requestId ?? randomUUID()}\r
Cache-Status: tagside; hit; ttl=${ttlS}\r
Age: ${ageS}\r
Content-Length: ${bytes}\r
Date: ${wall.httpDate(now)}\r
Connection: keep-alive\r
Keep-Alive: timeout=${KEEP_ALIVE_S}\r
\r
${text}`
}
