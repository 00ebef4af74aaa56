import { Secret } from './secret.ts'
import { signedLifetimeS, signUserSig } from './user-sig.ts'
import type { SignerOptions, UserSig } from './user-sig.ts'

const LIFETIME_MIN_S = 60
/** Renewed after this share of the lifetime: at the default, some five hours are left for trouble. */
const RENEW_AFTER_SHARE = 0.8
/** Clocks that diverge by more than this have stepped; less is drift that time services correct. */
const CLOCK_STEP_MS = 60_000
/** For short lifetimes a step counts from this share, so that share and step together stay below 1. */
const CLOCK_STEP_SHARE = 0.1
/** Within one second, this many renewals are all different from each other. */
const DISTINCT_RENEWALS = 10

/** A Signer gives the UserSig to call with, signed by one app admin. */
export interface Signer {
  readonly sdkAppId: number
  readonly adminId: string
  /** Returns the UserSig in use, signed anew if it nears its expiry or the wall clock was set. */
  current(): UserSig
  /**
   * Returns a UserSig other than `refused`, which Tencent declared expired (70001). Of many callers
   * refused with the same UserSig the first renews, the others get what it renewed.
   */
  renewed(refused: UserSig): UserSig
}

/**
 * Returns a Signer. It signs at once, so options that cannot work are refused here, with a TypeError
 * or RangeError that names the option and never contains the key.
 */
export function createSigner(options: SignerOptions): Signer {
  return new AdminSigner(options)
}

interface Signed {
  readonly userSig: UserSig
  readonly lifetimeMs: number
  readonly wallMs: number
  readonly monotonicMs: number
}

class AdminSigner implements Signer {
  readonly sdkAppId: number
  readonly adminId: string
  readonly #secretKey: Secret
  readonly #lifetimeS: number
  #renewals = 0
  #signed: Signed

  constructor(options: SignerOptions) {
    const { sdkAppId, secretKey, adminId } = options
    this.sdkAppId = sdkAppId
    this.adminId = adminId
    this.#secretKey = typeof secretKey === 'string' ? new Secret(secretKey) : secretKey
    this.#lifetimeS = signedLifetimeS(options, LIFETIME_MIN_S)
    this.#signed = this.#sign()
  }

  current(): UserSig {
    if (mustSignAnew(this.#signed, Date.now(), performance.now())) this.#signed = this.#sign()
    return this.#signed.userSig
  }

  renewed(refused: UserSig): UserSig {
    const current = this.current()
    if (current.text.reveal() !== refused.text.reveal()) return current
    this.#renewals += 1
    this.#signed = this.#sign()
    return this.#signed.userSig
  }

  #sign(): Signed {
    // A UserSig is signed for whole seconds: one signed anew within the second would be the same
    // text again. A second off its lifetime for each renewal makes it another.
    const lifetimeS = this.#lifetimeS - (this.#renewals % DISTINCT_RENEWALS)
    const { sdkAppId, adminId } = this
    return {
      wallMs: Date.now(),
      monotonicMs: performance.now(),
      lifetimeMs: lifetimeS * 1000,
      userSig: signUserSig({ sdkAppId, adminId, secretKey: this.#secretKey, lifetimeS }),
    }
  }
}

/**
 * Reports whether a UserSig has to be replaced. Age is monotonic time. The wall clock has to agree
 * with it, because the UserSig says in wall time when it was signed: a machine that boots a day
 * behind signs UserSigs that Tencent takes for expired, and once its clock is set right the cached
 * one must go. A machine that slept shows the same way, as monotonic time stands still in sleep.
 */
function mustSignAnew(signed: Signed, wallMs: number, monotonicMs: number): boolean {
  const ageMs = monotonicMs - signed.monotonicMs
  const divergenceMs = Math.abs(wallMs - signed.wallMs - ageMs)
  return (
    ageMs >= signed.lifetimeMs * RENEW_AFTER_SHARE ||
    divergenceMs > Math.min(CLOCK_STEP_MS, signed.lifetimeMs * CLOCK_STEP_SHARE)
  )
}
