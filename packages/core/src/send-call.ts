/** A call that is ready to be sent: a POST of JSON. */
interface ReadyCall {
  /** Path and query below the host. The UserSig is in it: never to be kept or printed. */
  readonly path: string
  readonly body: string
  /** Bound on the body of the answer, in bytes after any decoding. */
  readonly replyMaxBytes: number
  /** Ends the call at any moment, and its connection with it. */
  readonly signal: AbortSignal
}

/** An answer, come back whole. */
export interface CallAnswer {
  readonly status: number
  /** As it was sent; undefined if it was not. */
  readonly retryAfter: string | undefined
  /** '' where the status is not 2xx: that says enough, however the body would have ended. */
  readonly body: string
}

/**
 * Makes one HTTP call and no second one, whatever happens: whoever counts calls relies on it. Redirects
 * are not followed. Rejects with an InvalidReplyError for a body that is over the bound or not UTF-8,
 * and with what else went wrong as it is.
 */
export type SendCall = (call: ReadyCall) => Promise<CallAnswer>

/** No encoding is asked for: a reply is small, and what is not compressed cannot explode. */
export const CALL_HEADERS = {
  'Content-Type': 'application/json',
  'Accept-Encoding': 'identity',
} as const

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
