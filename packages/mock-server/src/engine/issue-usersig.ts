import type { AppCredentials } from './app.ts'
import { signUserSig } from './usersig.ts'

/** What a UserSig for a test is like: good, or bad in one way. */
export const userSigVariants = [
  'valid',
  'expired',
  'wrong-key',
  'other-app',
  'other-user',
  'garbled',
] as const

export type UserSigVariant = (typeof userSigVariants)[number]

export interface UserSigWish {
  /** Whom it is for. Default: the app's admin, the only one who may call. */
  readonly identifier?: string | undefined
  /** Default `valid`. */
  readonly variant?: UserSigVariant | undefined
}

/** A UserSig, and what else the query string of a call needs to go with it. */
export interface IssuedUserSig {
  readonly sdkAppId: number
  readonly identifier: string
  readonly variant: UserSigVariant
  readonly usersig: string
}

// A day: long enough for a session at a terminal, short enough to try out its end.
const LIFETIME_S = 86_400

/**
 * Issues a UserSig of one day. The bad ones are refused each with a code of its own: `expired`
 * 70001, `wrong-key` 70009, `other-app` 70014, `other-user` 70013, `garbled` 70003.
 */
export function issueUserSig(
  { sdkAppId, secretKey, adminId }: AppCredentials,
  { identifier = adminId, variant = 'valid' }: UserSigWish,
  nowMs: number,
): IssuedUserSig {
  const timeS = Math.floor(nowMs / 1000)
  const ticket = { identifier, sdkAppId, timeS, expireS: LIFETIME_S }
  const sign = (changes: Partial<typeof ticket>, key: string = secretKey): string =>
    signUserSig({ ...ticket, ...changes }, key)
  const usersigs: Readonly<Record<UserSigVariant, () => string>> = {
    valid: () => sign({}),
    // By a day, and not by a second: a service's clock may be behind.
    expired: () => sign({ timeS: timeS - 2 * LIFETIME_S }),
    'wrong-key': () => sign({}, `${secretKey}-wrong`),
    'other-app': () => sign({ sdkAppId: sdkAppId + 1 }),
    'other-user': () => sign({ identifier: `${identifier}-other` }),
    garbled: () => firstHalf(sign({})),
  }
  return { sdkAppId, identifier, variant, usersig: usersigs[variant]() }
}

/** Half of the text, in whole groups of four: still base64, but nothing that inflates. */
function firstHalf(base64: string): string {
  return base64.slice(0, Math.floor(base64.length / 8) * 4)
}
