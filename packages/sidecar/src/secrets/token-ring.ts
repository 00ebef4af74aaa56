import { hash, timingSafeEqual } from 'node:crypto'

import type { Secret } from '@tagside/core'

import type { Offer, SecretRing } from './secret-change.ts'

/**
 * TokenRing knows which access tokens callers may send: the one in use, and a newer one that is on trial until a caller first sends it; from
 * then on only that. So callers and the sidecar may be given a new token in any order, as long as no caller is left behind.
 */
export class TokenRing implements SecretRing {
  #inUse: Buffer
  #onTrial: Buffer | undefined
  readonly #onAccepted: () => void

  constructor(token: Secret, onAccepted: () => void) {
    this.#inUse = digest(token.reveal())
    this.#onAccepted = onAccepted
  }

  get isOnTrial(): boolean {
    return this.#onTrial !== undefined
  }

  offer(token: Secret): Offer {
    const offered = digest(token.reveal())
    const isInUse = offered.equals(this.#inUse)
    this.#onTrial = isInUse ? undefined : offered
    return isInUse ? 'in-use' : 'on-trial'
  }

  /** Reports whether this is a token to let in. Takes one time, whatever was sent and whether one is on trial or not. */
  accepts(text: string): boolean {
    // Digests have one length. Both comparisons are made before either is looked at.
    const sent = digest(text)
    const isInUse = timingSafeEqual(sent, this.#inUse)
    const isOnTrial = timingSafeEqual(sent, this.#onTrial ?? this.#inUse)
    if (isOnTrial && !isInUse) {
      this.#inUse = sent
      this.#onTrial = undefined
      this.#onAccepted()
    }
    return isInUse || isOnTrial
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
