import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import * as v from 'valibot'

/** One call as it arrived. */
export interface UpstreamCall {
  readonly users: readonly string[]
  readonly userSig: string
}

export type Answer = (response: ServerResponse, call: UpstreamCall) => void

/** Certificate and key, in PEM. */
interface Identity {
  readonly cert: string
  readonly key: string
}

const requestBody = v.object({ To_Account: v.array(v.string()) })

/**
 * RudeUpstream stands for Tencent where the fake cannot be that rude. It answers every user with the tag GoldMember until it is told
 * to do something else.
 */
export class RudeUpstream implements AsyncDisposable {
  readonly calls: UpstreamCall[] = []
  readonly sockets = new Set<Socket>()
  connections = 0
  /** What becomes of a call. */
  answer: Answer = tagged('GoldMember')
  /** What becomes of a connection before anything is read from it. */
  greet: (socket: Socket) => void = () => undefined
  readonly #server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>
  readonly #scheme: string

  private constructor(identity?: Identity) {
    const take = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#take(request, response)
    this.#scheme = identity === undefined ? 'http' : 'https'
    this.#server = identity === undefined ? createServer(take) : createTlsServer(identity, take)
    this.#server.keepAliveTimeout = 60_000
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1
      this.sockets.add(socket)
      socket.once('close', () => this.sockets.delete(socket))
      this.greet(socket)
    })
  }

  /** Listens on a free port of loopback; with TLS if it has an identity. */
  static async open(identity?: Identity): Promise<RudeUpstream> {
    const upstream = new RudeUpstream(identity)
    upstream.#server.listen(0, identity === undefined ? '127.0.0.1' : 'localhost')
    await once(upstream.#server, 'listening')
    return upstream
  }

  get url(): string {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('expected a port')
    const host = this.#scheme === 'https' ? 'localhost' : '127.0.0.1'
    return `${this.#scheme}://${host}:${address.port}`
  }

  /** Shows another certificate from now on, also to those who are connected already. */
  identifyAs(identity: Identity): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(identity)
    this.hangUp()
  }

  /** Ends every connection. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.hangUp()
    await once(this.#server, 'close')
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { To_Account: users } = v.parse(requestBody, JSON.parse(await text(request)))
    const { searchParams } = new URL(request.url ?? '', this.url)
    const call = { users, userSig: searchParams.get('usersig') ?? '' }
    this.calls.push(call)
    this.answer(response, call)
  }
}

/** Answers every user asked for with these tags, as Tencent does. */
export function tagged(...tags: readonly string[]): Answer {
  return (response, { users }) =>
    listing(...users.map((user) => ({ To_Account: user, Tags: tags })))(response)
}

/** A reply in order but for these entries in its `UserTags`. */
export function listing(...userTags: readonly unknown[]): (response: ServerResponse) => void {
  return body({ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0, UserTags: userTags })
}

/** Answers with this body, a text as it is and anything else as JSON. */
export function body(
  content: unknown,
  { status = 200, ...headers }: { status?: number; [header: string]: string | number } = {},
): (response: ServerResponse) => void {
  return (response) => {
    response
      .writeHead(status, Object.entries(headers).flat().map(String))
      .end(typeof content === 'string' ? content : JSON.stringify(content))
  }
}

/** Holds every answer back until told to let go, and knows how many it holds. */
export class HeldAnswers {
  readonly #held = new Set<() => void>()
  #highest = 0
  #letGo = false

  readonly answer: Answer = (response, call) => {
    const send = (): void => tagged('GoldMember')(response, call)
    if (this.#letGo) return send()
    this.#held.add(send)
    this.#highest = Math.max(this.#highest, this.#held.size)
  }

  get held(): number {
    return this.#held.size
  }

  /** The most that were held at one time. */
  get highest(): number {
    return this.#highest
  }

  /** Sends those held now. */
  releaseHeld(): void {
    const sends = [...this.#held]
    this.#held.clear()
    for (const send of sends) send()
  }

  /** Sends those held, and holds no further one. */
  letGo(): void {
    this.#letGo = true
    this.releaseHeld()
  }
}
