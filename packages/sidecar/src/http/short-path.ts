import type { Socket } from 'node:net'

import type { HttpMetrics } from '../observe/http-metrics.ts'
import { Conversation } from './conversation.ts'
import { freshAnswer, KEEP_ALIVE_S } from './fresh-answer.ts'
import { type Answered, Glance, type GlanceOptions, type Heads } from './glance.ts'

/** As Node bounds an idle connection: a second more than it tells callers. */
const IDLE_MS = (KEEP_ALIVE_S + 1) * 1_000
/** Of requests that come together no more are answered at a glance. The rest is Node's, which stops reading when too much waits to be read. */
const TOGETHER_MAX_LENGTH = 64 * 1024

export interface ShortPathOptions extends GlanceOptions {
  readonly now: () => number
  readonly isDraining: () => boolean
  readonly metrics: HttpMetrics
}

/** What the listener of a connection says and is told. */
export interface Door {
  /** Whether it still takes requests. */
  readonly isOpen: () => boolean
  /** Milliseconds for which nothing may move while an answer waits for its reader. */
  readonly silenceMs: number
  /** Told when such an answer has been read, or never will be. */
  readonly onRead: () => void
}

/**
 * ShortPath answers the two most frequent requests, for users whose tags are fresh, from the bytes that came in, before Node's parser makes objects of
 * them: bare `node:http` needs more processor time for a constant (bench/profiles.md). Whatever is not plain at a glance goes the long way, untouched.
 */
export class ShortPath {
  readonly #options: ShortPathOptions
  readonly #glance: Glance
  readonly #sending = new Set<Socket>()

  constructor(options: ShortPathOptions) {
    this.#options = options
    this.#glance = new Glance(options)
  }

  /**
   * Stands between a new connection and Node's parser, which listens to the socket like anybody else, and returns the conversation there; if one day the
   * parser listens in another way, there is no short path.
   */
  stand(socket: Socket, door: Door): Conversation | undefined {
    const [parse, ...others] = socket.listeners('data')
    if (parse === undefined || others.length > 0) return undefined
    const conversation = new Conversation()
    const heads: Heads = {}
    const mayAnswer = (): boolean =>
      conversation.isAtRest &&
      // Who was told that the connection ends is answered nothing more.
      socket.writable &&
      // Who does not read what it was sent is left to Node, which then stops reading, too.
      socket.writableLength === 0 &&
      door.isOpen() &&
      !this.#options.isDraining()
    socket.removeAllListeners('data')
    socket.on('data', (bytes: NonSharedBuffer) => {
      const answeredBytes = mayAnswer() ? this.#answer(bytes, heads, socket) : 0
      if (answeredBytes > 0 && socket.writableLength > 0)
        this.#waitForReader(socket, door, conversation)
      if (answeredBytes === bytes.length) return
      const rest = bytes.subarray(answeredBytes)
      conversation.heard(rest)
      parse.call(socket, rest)
    })
    return conversation
  }

  /** Whether there is an answer that its caller has still to read. */
  get isSending(): boolean {
    return this.#sending.size > 0
  }

  /** Answers the requests at the front of what came, as many as it can, and returns how many bytes they were. */
  #answer(bytes: NonSharedBuffer, heads: Heads, socket: Socket): number {
    const { now: clock, wall, metrics } = this.#options
    const now = clock()
    const piece = { bytes, text: bytes.toString('latin1'), now, heads }
    const kinds: Answered['kind'][] = []
    let answers = ''
    let isAllAscii = true
    let at = 0
    while (at < bytes.length && answers.length < TOGETHER_MAX_LENGTH) {
      const answered = this.#glance.at(at, piece)
      if (answered === undefined) break
      const { kind, head, body, end } = answered
      answers += freshAnswer(body, head.requestId, wall, now)
      isAllAscii &&= body.bytes === body.text.length
      kinds.push(kind)
      at = end
    }
    if (at === 0) return 0
    socket.write(answers, isAllAscii ? 'latin1' : 'utf8')
    const tookMs = clock() - now
    for (const kind of kinds) metrics.answered(kind, tookMs)
    return at
  }

  /** An answer that the system takes whole, as it does most, needs nothing more. */
  #waitForReader(socket: Socket, { silenceMs, onRead }: Door, conversation: Conversation): void {
    this.#sending.add(socket)
    socket.setTimeout(silenceMs)
    // Called back after all that was written before, or when the connection is gone.
    socket.write('', () => {
      // A request that came meanwhile has bounds of its own.
      if (conversation.isAtRest) socket.setTimeout(IDLE_MS)
      this.#sending.delete(socket)
      onRead()
    })
  }
}
