import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** A request and its answer, as far as is looked at here: Node's ServerResponse. */
export interface Exchange {
  readonly req: Pick<IncomingMessage, 'complete'>
  readonly headersSent: boolean
  readonly writableFinished: boolean
}

/** What Node says of a connection with a request that it gives up: `code` is what it found wrong. */
export type ClientError = Error & { readonly code?: string }

/** After a stall of the event loop, what is overdue has so long to be read. */
const STALLED_MS = 100

type Status = 400 | 408 | 431

const STATUSES: ReadonlyMap<string | undefined, Status> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_HEADER_OVERFLOW', 431],
])

/**
 * BrokenRequests ends the connections whose requests Node gives up: those it cannot parse and those that take too long. It does what Node
 * does by itself, with one difference. When the event loop has stalled (a frozen process, a container out of its share of the processor),
 * Node looks at the time before it reads what came meanwhile, and would answer 408 to callers who were in time.
 */
export class BrokenRequests {
  readonly #latest = new WeakMap<Duplex, Exchange>()
  readonly #onAnswered: (status: Status) => void

  /** `onAnswered` is told of each status written here; default: nobody is. */
  constructor(onAnswered: (status: Status) => void = () => undefined) {
    this.#onAnswered = onAnswered
  }

  /** Says that a connection has brought the head of a request. */
  began(socket: Duplex, exchange: Exchange): void {
    this.#latest.set(socket, exchange)
  }

  /** Ends a connection that Node gives up; an overdue one only if its request is not complete after all. */
  givenUp(error: ClientError, socket: Duplex): void {
    if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') return this.#end(error, socket)
    const before = this.#latest.get(socket)
    const isBetweenRequests = before?.req.complete !== false
    setTimeout(() => {
      // Another stall may have made this late too: first what has come is read, then it is judged.
      setImmediate(() => {
        const latest = this.#latest.get(socket)
        const isNew = latest !== before || !isBetweenRequests
        if (latest?.req.complete !== true || !isNew) this.#end(error, socket)
      })
    }, STALLED_MS)
  }

  #end({ code }: ClientError, socket: Duplex): void {
    const latest = this.#latest.get(socket)
    const isAnswering = latest !== undefined && latest.headersSent && !latest.writableFinished
    if (socket.writable && !isAnswering) {
      const status = STATUSES.get(code) ?? 400
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`)
      this.#onAnswered(status)
    }
    socket.destroy()
  }
}
