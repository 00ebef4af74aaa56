import { inspect } from 'node:util'

import { causesOf } from './cause-chain.ts'
import type { UserSig } from './user-sig.ts'

const MAX_CHARACTERS = 300
/**
 * This much of a UserSig betrays the rest of it: an echo may be cut short, and a UserSig that lacks
 * only its last characters can be completed.
 */
const HEAD_CHARACTERS = 16

/**
 * An UpstreamText makes what came from outside fit to be kept after a call with one UserSig: no
 * control characters, at most 300 characters, the UserSig replaced by `[secret]`, be it written raw
 * or percent-encoded, whole or cut.
 */
export class UpstreamText {
  readonly #userSig: UserSig
  /** Made when there is something to clean: most calls leave nothing. */
  #pattern: RegExp | undefined

  constructor(userSig: UserSig) {
    this.#userSig = userSig
  }

  clean(text: string): string {
    // In this order: a UserSig broken over two lines would be whole again once the break is gone,
    // and one cut at the bound would not be recognised.
    return this.#withoutUserSig(text.replaceAll(/\p{Cc}/gu, '')).slice(0, MAX_CHARACTERS)
  }

  /**
   * Returns `cause` if nothing that a log could print of it is to be hidden. Some HTTP clients put
   * the whole URL into their errors, and a parser error has what came, as its `rawPacket` or, in
   * undici, its `data`; such a cause is replaced by one that says so.
   */
  cleanCause(cause: unknown): unknown {
    const printed = inspect(cause, { depth: 10, showHidden: true, maxStringLength: null })
    if (this.#withoutUserSig(printed) === printed && !quotesReply(cause)) return cause
    return new Error('The original error is withheld: it quoted the UserSig or the reply.')
  }

  #withoutUserSig(text: string): string {
    this.#pattern ??= patternOf(this.#userSig)
    return text.replaceAll(this.#pattern, '[secret]')
  }
}

function patternOf(userSig: UserSig): RegExp {
  const head = userSig.text.reveal().slice(0, HEAD_CHARACTERS)
  return new RegExp(`${head.replaceAll(/[^a-z0-9]/gi, rawOrEncoded)}[\\w*%-]*`, 'gi')
}

function rawOrEncoded(character: string): string {
  return `(?:\\${character}|%${character.charCodeAt(0).toString(16)})`
}

function quotesReply(cause: unknown): boolean {
  return causesOf(cause).some(
    (error) =>
      ('rawPacket' in error && error.rawPacket !== undefined) ||
      ('data' in error && error.data !== undefined),
  )
}
