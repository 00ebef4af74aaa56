import type { SendCall } from './send-call.ts'
import { sendOverFetch } from './send-over-fetch.ts'
import { sendOverHttp } from './send-over-http.ts'

const fetchAtFirst: unknown = globalThis.fetch

/**
 * Returns what sends calls where no `fetch` is given: over `node:http`, unless the global `fetch` is another by
 * now. Whoever replaced it wants to see calls, or to answer them. Looked at for each call.
 */
export function sendByDefault(baseUrl: URL): SendCall {
  const overHttp = sendOverHttp(baseUrl)
  return (call) => {
    const { fetch } = globalThis
    const isReplaced = typeof fetch === 'function' && fetch !== fetchAtFirst
    return isReplaced ? sendOverFetch(baseUrl, fetch)(call) : overHttp(call)
  }
}
