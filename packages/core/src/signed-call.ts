import { randomInt } from 'node:crypto'

import { withTimeout } from './call-timeout.ts'
import { systemCodeOf } from './cause-chain.ts'
import { readEnvelope } from './envelope.ts'
import type { Envelope } from './envelope.ts'
import { CallTimeoutError, HttpStatusError, TencentError, UnreachableError } from './errors.ts'
import { readReplyBody } from './reply-body.ts'
import { retryAfterMs } from './retry-after.ts'
import { UpstreamText } from './upstream-text.ts'
import type { UserSig } from './user-sig.ts'

const GET_TAG_PATH = '/v4/timpush/get_tag'

/** What all calls of one client share. */
export interface CallSettings {
  readonly baseUrl: URL
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly replyMaxBytes: number
}

/** Who calls, and for whom. */
export interface Call {
  readonly sdkAppId: number
  readonly adminId: string
  readonly userSig: UserSig
  /** Distinct ids, 1 to 100. */
  readonly users: readonly string[]
  readonly signal: AbortSignal
}

/**
 * Makes one call of `get_tag` and returns its Envelope. Throws a TencentError other than
 * RefusedError where there is none, and the reason of the signal if that aborted.
 */
export async function signedCall(settings: CallSettings, call: Call): Promise<Envelope> {
  const { origin } = settings.baseUrl
  const { timeoutMs } = settings
  const text = new UpstreamText(call.userSig)
  const body = await withTimeout((signal) => exchange(settings, call, { signal, text }), {
    signal: call.signal,
    timeoutMs,
    timedOut: () => new CallTimeoutError({ origin, timeoutMs }),
  })
  return readEnvelope(body, call.users, (kept) => text.clean(kept))
}

/** Sends the call and returns the body of the answer, whatever its Content-Type says it is. */
async function exchange(
  settings: CallSettings,
  call: Call,
  { signal, text }: { signal: AbortSignal; text: UpstreamText },
): Promise<string> {
  const { origin } = settings.baseUrl
  const url = urlOf(settings.baseUrl, call)
  try {
    const response = await settings.fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Accept-Encoding': 'identity' },
      body: JSON.stringify({ To_Account: call.users }),
      redirect: 'manual',
      signal,
    })
    if (response.ok) {
      return await readReplyBody(response, { maxBytes: settings.replyMaxBytes, signal })
    }
    // The status says enough; how the body would have ended does not matter.
    response.body?.cancel().catch(() => undefined)
    throw new HttpStatusError({
      origin,
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers.get('Retry-After'), Date.now()),
    })
  } catch (error) {
    if (error instanceof TencentError) throw error
    const cause = text.cleanCause(error)
    throw new UnreachableError({ origin, systemCode: systemCodeOf(error), cause })
  }
}

/** The UserSig has to be in the URL (document 1047/34620), so no URL is ever kept or printed. */
function urlOf(baseUrl: URL, { sdkAppId, adminId, userSig }: Call): URL {
  const url = new URL(baseUrl)
  url.pathname = url.pathname.replace(/\/+$/, '') + GET_TAG_PATH
  url.search = new URLSearchParams({
    sdkappid: String(sdkAppId),
    identifier: adminId,
    usersig: userSig.text.reveal(),
    random: String(randomInt(2 ** 32)),
    contenttype: 'json',
  }).toString()
  return url
}
