import { connect, type Socket } from 'node:net'

/** A port of this machine, or the path of a Unix socket. */
export type Target = { readonly port: number } | { readonly path: string }

const HEAD_END = '\r\n\r\n'
const HEAD_END_BYTES = Buffer.from(HEAD_END).readUInt32BE()
const LENGTH = /\r\ncontent-length: /i
const SPACE = 32
const lastChunk = Buffer.from('0\r\n\r\n')

/** What a server says of a connection on which nothing came at first, perhaps just as something does. */
const REQUEST_TIMEOUT = 408

/** For all connections: what is read is looked at before the next read. */
const buffer = Buffer.allocUnsafe(256 * 1024)

/**
 * A Connection sends one HTTP/1.1 request at a time and tells the status of its answer. It reads of an answer what it must (status and
 * length) and keeps nothing, because a load generator must not be what is measured.
 */
export class Connection {
  readonly #socket: Socket
  readonly #answered: (connection: Connection, status: number) => void
  /** Where the last answer had its body and its length; 0 before there was one. */
  #bodyAt = 0
  #lengthAt = 0
  #head: Buffer | undefined
  /** Bytes; infinite while chunks come. */
  #bodyLeft = 0
  #status = 0
  #isBusy = false
  #hasAnswered = false
  /** When the request under way was due. */
  dueMs = 0

  constructor(
    target: Target,
    answered: (connection: Connection, status: number) => void,
    ended: (connection: Connection) => void,
  ) {
    this.#answered = answered
    this.#socket = connect({
      ...('port' in target ? { host: '127.0.0.1', port: target.port } : { path: target.path }),
      onread: {
        buffer,
        callback: (bytes): boolean => {
          this.#read(bytes)
          return true
        },
      },
    })
    this.#socket.setNoDelay(true)
    this.#socket.once('error', () => this.#socket.destroy())
    this.#socket.once('close', () => ended(this))
  }

  /** Resolves when it is connected; rejects when it cannot be. */
  async opened(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('connect', () => resolve())
      this.#socket.once('error', reject)
    })
  }

  send(request: Buffer | string): void {
    this.#isBusy = true
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(bytes: number): void {
    // Nobody asked: the server says that it ends an idle connection.
    if (!this.#isBusy) return this.close()
    if (this.#bodyLeft > 0) return this.#takeBody(buffer, 0, bytes)
    const begun = this.#head
    const part = begun === undefined ? buffer : Buffer.concat([begun, buffer.subarray(0, bytes)])
    const end = begun === undefined ? bytes : part.length
    const bodyAt = this.#bodyAtIn(part, end)
    if (bodyAt < 0) {
      this.#head = Buffer.from(part.subarray(0, end))
      return
    }
    this.#head = undefined
    this.#status = digitsAt(part, 9)
    this.#bodyLeft = this.#lengthIn(part, bodyAt)
    this.#takeBody(part, bodyAt, end)
  }

  /** Whether its first request was sent and did not get an answer. */
  get isLostAtFirst(): boolean {
    return this.#isBusy && !this.#hasAnswered
  }

  #end(): void {
    this.#isBusy = false
    this.#hasAnswered = true
    this.#answered(this, this.#status)
  }

  #takeBody(part: Buffer, from: number, end: number): void {
    if (this.#bodyLeft < Infinity) this.#bodyLeft -= end - from
    // JSON does not end like that, and the server writes the last chunk in one piece.
    else if (part.subarray(Math.max(from, end - lastChunk.length), end).equals(lastChunk)) {
      this.#bodyLeft = 0
    }
    if (this.#bodyLeft <= 0) this.#end()
  }

  /** Where the body begins; -1 before the head has come whole. Mostly where it began the last time: that is looked at first. */
  #bodyAtIn(part: Buffer, end: number): number {
    const at = this.#bodyAt
    if (at > 0 && at <= end && part.readUInt32BE(at - HEAD_END.length) === HEAD_END_BYTES) return at
    const found = part.subarray(0, end).indexOf(HEAD_END)
    this.#lengthAt = 0
    this.#bodyAt = found < 0 ? 0 : found + HEAD_END.length
    return found < 0 ? -1 : this.#bodyAt
  }

  /** A head that is as long as the last one has its length at the same place. */
  #lengthIn(part: Buffer, bodyAt: number): number {
    if (this.#lengthAt === 0 || part[this.#lengthAt - 1] !== SPACE) {
      const head = part.toString('latin1', 0, bodyAt)
      const spelt = LENGTH.exec(head)
      if (spelt === null) {
        if (/\r\ntransfer-encoding: chunked/i.test(head)) return Infinity
        if (this.#status === REQUEST_TIMEOUT) {
          this.close()
          return Infinity
        }
        throw new Error(`the answer has no length: ${head}`)
      }
      this.#lengthAt = spelt.index + spelt[0].length
    }
    return digitsAt(part, this.#lengthAt)
  }
}

function digitsAt(part: Buffer, from: number): number {
  let value = 0
  for (let at = from; ; at += 1) {
    const digit = (part[at] ?? 0) - 48
    if (digit < 0 || digit > 9) return value
    value = value * 10 + digit
  }
}
