import { Api } from 'tls-sig-api-v2'

import { accountId } from './account-id.ts'
import { integerOption } from './integer-option.ts'
import { Secret } from './secret.ts'

const DAY_S = 86_400
const FIFTY_YEARS_S = 50 * 365 * DAY_S
const ADMIN_ID_MAX_BYTES = 32

/** A UserSig is the ticket that proves to Tencent, until it expires, who is calling. */
export interface UserSig {
  readonly text: Secret
  /** Wall clock, milliseconds since the epoch; a whole second, as Tencent counts. */
  readonly expiresAtMs: number
}

/** What a UserSig is signed from. */
export interface SignerOptions {
  /** The application's SDKAppID, a positive integer. */
  readonly sdkAppId: number
  /** The application's secret key, as the console shows it. */
  readonly secretKey: string | Secret
  /** The app admin that signs, 1 to 32 bytes: REST calls are for admins (1047/34620). */
  readonly adminId: string
  /**
   * How long a UserSig is valid, in whole seconds: 60 s to 50 years (the longest Tencent accepts),
   * a day by default (the shortest it advises, document 1047/34348 on 70001).
   */
  readonly lifetimeS?: number
}

/**
 * Returns a UserSig signed now by Tencent's own `tls-sig-api-v2` (document 1047/34385). That package
 * checks nothing: it takes an empty key and signs the word `undefined` for a missing lifetime.
 * Throws a TypeError or RangeError for options that cannot give a valid UserSig; here `lifetimeS`
 * may be as short as 1 s. No message contains the key.
 */
export function signUserSig(options: SignerOptions): UserSig {
  const sdkAppId = integerOption('sdkAppId', options.sdkAppId, { min: 1 })
  const adminId = accountId('adminId', options.adminId, ADMIN_ID_MAX_BYTES)
  const lifetimeS = signedLifetimeS(options, 1)
  const key = checkedKey(options.secretKey)

  // The package reads the clock once more. Read before it, ours is never the later one, so that
  // `expiresAtMs` never promises a second that Tencent does not grant.
  const signedAtS = Math.floor(Date.now() / 1000)
  const text = new Api(sdkAppId, key.reveal()).genUserSig(adminId, lifetimeS)
  return { text: new Secret(text), expiresAtMs: (signedAtS + lifetimeS) * 1000 }
}

/** Returns the lifetime in seconds, the default where none is given, checked against `min`. */
export function signedLifetimeS({ lifetimeS = DAY_S }: SignerOptions, min: number): number {
  return integerOption('lifetimeS', lifetimeS, { min, max: FIFTY_YEARS_S })
}

function checkedKey(secretKey: string | Secret): Secret {
  const key = typeof secretKey === 'string' ? new Secret(secretKey) : secretKey
  if (!(key instanceof Secret)) {
    throw new TypeError(`secretKey: expected a string or a Secret, got ${typeof secretKey}`)
  }
  const text = key.reveal()
  if (text === '') throw new RangeError('secretKey: expected a key, got an empty text')
  // A key file usually ends with a newline. Signed with it, every call is refused with 70009.
  if (text !== text.trim()) throw new RangeError('secretKey: expected no white space around it')
  return key
}
