import type { IncomingMessage } from 'node:http'

import { HEAD_MAX_BYTES } from './plain-head.ts'

const HEAD_END = '\r\n\r\n'
const NOTHING = Buffer.alloc(0)
const [CR, LF] = Buffer.from('\r\n')
/** Of a head that is not whole, no more is kept. Node does not count what separates names and values, and takes spaces without end there. */
const AHEAD_MAX_BYTES = 2 * HEAD_MAX_BYTES

/**
 * A Conversation follows the requests of one connection, and knows when Node's parser is at rest: every request that it has seen is whole and
 * answered, and not a byte came after the last of them. Then, and only then, what comes next is the beginning of a request.
 *
 * A connection begins without rest. Node's bound on silent connections ends with the first request that its parser has seen, so it has to see one.
 */
export class Conversation {
  /** What came after the last request whose end is known: no more than a head that is not whole, as the parser reads at once. */
  #ahead = NOTHING
  /** What has still to come of that request. */
  #missingBytes = 0
  #begun = 0
  #answered = 0
  /** There was a request whose end was not looked for, such as one in chunks or one with a head that has no end. */
  #isLost = false

  get isAtRest(): boolean {
    return (
      this.#begun > 0 &&
      this.#begun === this.#answered &&
      this.#missingBytes === 0 &&
      this.#ahead.length === 0 &&
      !this.#isLost
    )
  }

  /** Says what the parser is about to read. */
  heard(bytes: NonSharedBuffer): void {
    if (this.#ahead.length > AHEAD_MAX_BYTES) this.#lose()
    if (this.#isLost) return
    const ahead = bytes.subarray(this.#missingBytes)
    this.#missingBytes = Math.max(0, this.#missingBytes - bytes.length)
    this.#ahead = this.#ahead.length === 0 ? beginning(ahead) : Buffer.concat([this.#ahead, ahead])
  }

  /** Says that the parser has come to the end of a head. */
  began({ headers }: Pick<IncomingMessage, 'headers'>): void {
    this.#begun += 1
    const headEnd = this.#ahead.indexOf(HEAD_END)
    if (headEnd === -1 || hasNoKnownEnd(headers)) return this.#lose()
    const end = headEnd + HEAD_END.length + Number(headers['content-length'] ?? 0)
    this.#missingBytes = Math.max(0, end - this.#ahead.length)
    this.#ahead = beginning(this.#ahead.subarray(end))
  }

  /** Says that a request is answered, or will not be. */
  ended(): void {
    this.#answered += 1
  }

  #lose(): void {
    this.#isLost = true
    this.#ahead = NOTHING
  }
}

/** Chunks tell their end themselves; and behind a wish for another protocol, Node drops what came with it. */
function hasNoKnownEnd(headers: IncomingMessage['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || headers.upgrade !== undefined
}

/** What a request begins with: the parser skips line ends before it. */
function beginning(bytes: NonSharedBuffer): NonSharedBuffer {
  const start = bytes.findIndex((byte) => byte !== CR && byte !== LF)
  // An empty part would keep the whole alive.
  return start === -1 ? NOTHING : bytes.subarray(start)
}
