import { ReplyBody } from './reply-body.ts'
import { CALL_HEADERS, isSuccess } from './send-call.ts'
import type { SendCall } from './send-call.ts'

/**
 * Returns what sends calls to the host of `baseUrl` through `fetch`, which has to honour its signal.
 * Bodies are read or cancelled in every case.
 */
export function sendOverFetch(baseUrl: URL, fetch: typeof globalThis.fetch): SendCall {
  return async ({ path, body, replyMaxBytes, signal }) => {
    const response = await fetch(new URL(baseUrl.origin + path), {
      method: 'POST',
      headers: CALL_HEADERS,
      body,
      redirect: 'manual',
      signal,
    })
    const { status } = response
    const retryAfter = response.headers.get('Retry-After') ?? undefined
    if (!isSuccess(status)) {
      response.body?.cancel().catch(() => undefined)
      return { status, retryAfter, body: '' }
    }
    const reply = new ReplyBody(replyMaxBytes)
    const sink = new WritableStream<Uint8Array>({ write: (piece) => reply.add(piece) })
    await response.body?.pipeTo(sink, { signal })
    return { status, retryAfter, body: reply.text() }
  }
}
