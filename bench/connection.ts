import { connect, type Socket } from 'node:net'

/** A port of this machine, or the path of a Unix socket. */
export type Target = { readonly port: number } | { readonly path: string }

const HEAD_END = '\r\n\r\n'
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
  /** As this server spells it: learnt from its first answer. */
  #lengthHeader = ''
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
    if (this.#bodyLeft > 0) {
      this.#bodyLeft = this.#leftAfter(buffer.subarray(0, bytes))
      if (this.#bodyLeft <= 0) this.#end()
      return
    }
    let part = buffer.subarray(0, bytes)
    if (this.#head !== undefined) part = Buffer.concat([this.#head, part])
    const headEnd = part.indexOf(HEAD_END)
    if (headEnd < 0) {
      this.#head = Buffer.from(part)
      return
    }
    this.#head = undefined
    this.#status = digitsAt(part, 9)
    this.#bodyLeft = this.#lengthIn(part, headEnd)
    this.#bodyLeft = this.#leftAfter(part.subarray(headEnd + HEAD_END.length))
    if (this.#bodyLeft <= 0) this.#end()
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

  #leftAfter(part: Buffer): number {
    if (this.#bodyLeft < Infinity) return this.#bodyLeft - part.length
    // JSON does not end like that, and the server writes the last chunk in one piece.
    return part.subarray(-lastChunk.length).equals(lastChunk) ? 0 : Infinity
  }

  #lengthIn(part: Buffer, headEnd: number): number {
    let at = this.#lengthHeader === '' ? -1 : part.indexOf(this.#lengthHeader)
    if (at < 0 || at > headEnd) {
      const head = part.toString('latin1', 0, headEnd)
      const [spelt] = /\r\ncontent-length: /i.exec(head) ?? []
      if (spelt === undefined) {
        if (/\r\ntransfer-encoding: chunked/i.test(head)) return Infinity
        if (this.#status === REQUEST_TIMEOUT) {
          this.close()
          return Infinity
        }
        throw new Error(`the answer has no length: ${head}`)
      }
      this.#lengthHeader = spelt
      at = part.indexOf(spelt)
    }
    return digitsAt(part, at + this.#lengthHeader.length)
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
