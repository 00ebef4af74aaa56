import type { ServerResponse } from 'node:http'

import type { FreshTags } from '../lookup/outcome.ts'

/** An answer on a short path: fresh throughout, without a web object around it. */
export interface FreshAnswer {
  readonly body: string
  readonly requestId: string
  /** When the oldest value was fetched, and when the first is stale; monotonic milliseconds. */
  readonly dates: Pick<FreshTags, 'fetchedAtMs' | 'freshUntilMs'>
}

/** Sends a fresh answer with the headers that the long way gives it, flat: Node writes an array of them for less than an object. */
export function sendFresh(
  outgoing: ServerResponse,
  { body, requestId, dates }: FreshAnswer,
  now: number,
): void {
  const lengthBytes = Buffer.byteLength(body)
  outgoing.writeHead(200, [
    'Content-Type',
    'application/json',
    'X-Request-Id',
    requestId,
    'Cache-Status',
    `tagside; hit; ttl=${Math.floor((dates.freshUntilMs - now) / 1_000)}`,
    'Age',
    String(Math.floor((now - dates.fetchedAtMs) / 1_000)),
    'Content-Length',
    String(lengthBytes),
  ])
  // What is as long in bytes as in characters is ASCII, and need not be encoded.
  outgoing.end(body, lengthBytes === body.length ? 'latin1' : 'utf8')
}
