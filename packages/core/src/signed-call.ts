import { randomInt } from 'node:crypto'

import { withTimeout } from './call-timeout.ts'
import { systemCodeOf } from './cause-chain.ts'
import { readEnvelope } from './envelope.ts'
import type { Envelope } from './envelope.ts'
import { CallTimeoutError, HttpStatusError, TencentError, UnreachableError } from './errors.ts'
import { retryAfterMs } from './retry-after.ts'
import { isSuccess } from './send-call.ts'
import type { CallAnswer, SendCall } from './send-call.ts'
import { UpstreamText } from './upstream-text.ts'
import type { UserSig } from './user-sig.ts'

const GET_TAG_PATH = '/v4/timpush/get_tag'

/** What all calls of one client share. */
export interface CallSettings {
  readonly baseUrl: URL
  /** To the host of the base URL. */
  readonly send: SendCall
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
  readonly signal: AbortSignal | undefined
}

/**
 * Makes one call of `get_tag` and returns its Envelope. Throws a TencentError other than
 * RefusedError where there is none, and the reason of the signal if that aborted.
 */
export async function signedCall(settings: CallSettings, call: Call): Promise<Envelope> {
  const { origin } = settings.baseUrl
  const { timeoutMs } = settings
  const text = new UpstreamText(call.userSig)
  const answer = await withTimeout((signal) => exchange(settings, call, { signal, text }), {
    signal: call.signal,
    timeoutMs,
    timedOut: () => new CallTimeoutError({ origin, timeoutMs }),
  })
  if (!isSuccess(answer.status)) throw statusError(origin, answer)
  return readEnvelope(answer.body, call.users, (kept) => text.clean(kept))
}

/** Sends the call and returns the answer, whatever its Content-Type says it is. */
async function exchange(
  { baseUrl, send, replyMaxBytes }: CallSettings,
  call: Call,
  { signal, text }: { signal: AbortSignal; text: UpstreamText },
): Promise<CallAnswer> {
  const path = pathOf(baseUrl, call)
  const body = JSON.stringify({ To_Account: call.users })
  try {
    return await send({ path, body, replyMaxBytes, signal })
  } catch (error) {
    if (error instanceof TencentError) throw error
    const { origin } = baseUrl
    const cause = text.cleanCause(error)
    throw new UnreachableError({ origin, systemCode: systemCodeOf(error), cause })
  }
}

function statusError(origin: string, { status, retryAfter }: CallAnswer): HttpStatusError {
  return new HttpStatusError({
    origin,
    status,
    retryAfterMs: retryAfterMs(retryAfter, Date.now()),
  })
}

/** The UserSig has to be in the URL (document 1047/34620), so no URL is ever kept or printed. */
function pathOf(baseUrl: URL, { sdkAppId, adminId, userSig }: Call): string {
  const below = baseUrl.pathname.replace(/\/+$/, '')
  const who = `sdkappid=${sdkAppId}&identifier=${encodeURIComponent(adminId)}`
  const userSigText = encodeURIComponent(userSig.text.reveal())
  // Written out: URL objects would be made of it for each call, to be taken apart again.
  return `${below}${GET_TAG_PATH}?${who}&usersig=${userSigText}&random=${randomInt(2 ** 32)}&contenttype=json`
}
