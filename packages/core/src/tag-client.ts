import { accountId } from './account-id.ts'
import { baseUrlOf } from './base-url.ts'
import type { Destination } from './base-url.ts'
import type { Envelope, TagReply } from './envelope.ts'
import { RefusedError } from './errors.ts'
import { integerOption } from './integer-option.ts'
import { sendOverFetch } from './send-over-fetch.ts'
import { sendByDefault } from './send-by-default.ts'
import type { Signer } from './signer.ts'
import { signedCall } from './signed-call.ts'
import type { CallSettings } from './signed-call.ts'
import type { UserSig } from './user-sig.ts'

const USERS_MAX = 100
/** A UserID has at most 32 bytes; a RegistrationID has 36 as a UUID and may be set by the app. */
const USER_ID_MAX_BYTES = 128
/** The largest legal reply, 100 users with 100 tags of 50 bytes, is about a quarter of it. */
const REPLY_MAX_BYTES = 2 * 1024 * 1024
const EXPIRED_USER_SIG = 70001

/** A TagClient asks Tencent for the push tags of users. It keeps nothing between two calls. */
export interface TagClient {
  /**
   * Asks for the tags of 1 to 100 users (Tencent document 1047/60567) and returns what there is for
   * each. A user may be a UserID or a RegistrationID of at most 128 UTF-8 bytes; one named twice is
   * asked for once.
   *
   * Makes one HTTP call, or two if Tencent takes the UserSig for expired. Rejects
   * - with a TypeError or RangeError for users that cannot be asked for, before anything is sent,
   * - with the reason of the signal once it aborts, be it before, during or between the calls,
   * - with a TencentError if the call as a whole gave nothing.
   */
  getTags(users: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<TagReply>
}

/** Who signs and where to call are required: a `region` or a `baseUrl`, not both. */
export type TagClientOptions = Destination & {
  readonly signer: Signer
  /**
   * Sends the calls, and has to honour its signal. By default they go over `node:http`, at a third of
   * what the built-in `fetch` costs; or through the global `fetch` of the moment, if somebody put
   * another in its place since this package was loaded, to instrument or intercept calls.
   */
  readonly fetch?: typeof fetch
  /**
   * Time for one HTTP call, headers and body, 1 to 60,000 ms; 4,000 by default, as Tencent's own
   * limit is 3 s.
   */
  readonly callTimeoutMs?: number
  /** Bound on the body of a reply, in bytes after any decoding; 2 MiB by default. */
  readonly replyMaxBytes?: number
  /**
   * Awaited before the second HTTP call that an expired UserSig makes necessary, so that whoever
   * counts calls can count that one, or hold it back. By default it is sent at once. The call
   * timeout does not run meanwhile; the signal is the caller's. A rejection rejects `getTags`.
   */
  readonly beforeRepeat?: (signal: AbortSignal) => Promise<void>
}

/**
 * Returns a TagClient for one application. Throws a TypeError or RangeError for options that
 * cannot work.
 *
 * @example
 * const signer = createSigner({ sdkAppId, secretKey, adminId: 'administrator' })
 * const client = createTagClient({ signer, region: 'singapore' })
 * const { tags, errors } = await client.getTags(['xiaoming', 'xiaohong'])
 */
export function createTagClient(options: TagClientOptions): TagClient {
  const { signer, beforeRepeat } = options
  const settings = settingsOf(options)

  return {
    async getTags(users, { signal } = {}) {
      const distinctUsers = checkedUsers(users)
      const callWith = (userSig: UserSig): Promise<Envelope> => {
        const { sdkAppId, adminId } = signer
        return signedCall(settings, { sdkAppId, adminId, userSig, users: distinctUsers, signal })
      }

      const userSig = signer.current()
      const first = await callWith(userSig)
      if (first.kind === 'answered' || first.errorCode !== EXPIRED_USER_SIG) return replyIn(first)

      await beforeRepeat?.(signal ?? new AbortController().signal)
      return replyIn(await callWith(signer.renewed(userSig)))
    },
  }
}

function settingsOf(options: TagClientOptions): CallSettings {
  const { fetch, callTimeoutMs = 4000, replyMaxBytes = REPLY_MAX_BYTES } = options
  const baseUrl = baseUrlOf(options)
  return {
    baseUrl,
    send: fetch === undefined ? sendByDefault(baseUrl) : sendOverFetch(baseUrl, fetch),
    timeoutMs: integerOption('callTimeoutMs', callTimeoutMs, { min: 1, max: 60_000 }),
    replyMaxBytes: integerOption('replyMaxBytes', replyMaxBytes, { min: 1 }),
  }
}

function checkedUsers(users: readonly string[]): readonly string[] {
  if (!Array.isArray(users)) throw new TypeError(`users: expected an array, got ${typeof users}`)
  if (users.length === 0 || users.length > USERS_MAX) {
    throw new RangeError(`users: expected 1 to ${USERS_MAX}, got ${users.length}`)
  }
  return [...new Set(users.map((user, i) => accountId(`users[${i}]`, user, USER_ID_MAX_BYTES)))]
}

function replyIn(envelope: Envelope): TagReply {
  if (envelope.kind === 'refused') throw new RefusedError(envelope)
  return envelope.reply
}
