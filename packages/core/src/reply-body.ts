import { InvalidReplyError } from './errors.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * A ReplyBody is the body of a reply as it comes, piece by piece. Bytes are counted as decoded, so that
 * a small compressed body cannot become a huge one, and the bound is the most that is ever held.
 */
export class ReplyBody {
  readonly #maxBytes: number
  readonly #pieces: Uint8Array[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Throws an InvalidReplyError for the piece that goes over the bound. */
  add(piece: Uint8Array): void {
    this.#bytes += piece.byteLength
    if (this.#bytes > this.#maxBytes) {
      throw new InvalidReplyError(`the body is over ${this.#maxBytes} bytes`)
    }
    this.#pieces.push(piece)
  }

  /**
   * Returns the whole; a BOM is dropped. Throws an InvalidReplyError if it is not UTF-8: replacement
   * characters would make one user's id another.
   */
  text(): string {
    try {
      return strictUtf8.decode(Buffer.concat(this.#pieces))
    } catch {
      throw new InvalidReplyError('the body is not UTF-8')
    }
  }
}
