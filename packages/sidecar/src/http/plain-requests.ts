import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

import { REQUEST_ID } from './caller.ts'

/** Headers that change nothing here, as clients write them: in another spelling they are looked at the long way. */
const CHANGE_NOTHING: ReadonlySet<string | undefined> = new Set(
  [
    'Accept',
    'Accept-Encoding',
    'Accept-Language',
    'Baggage',
    'Connection',
    'Keep-Alive',
    // As fetch of Node sends it. What tells of a page is Sec-Fetch-Site.
    'Sec-Fetch-Mode',
    'Traceparent',
    'Tracestate',
    'User-Agent',
  ].flatMap((name) => [name, name.toLowerCase()]),
)

/** Callers of one pod use one or two; a neighbour may use any of 127.0.0.0/8. */
const HOSTS_MAX = 4

/** What a short path has to know of a request's headers. */
export interface PlainHeaders {
  readonly requestId: string
  /** Whether a body in JSON, and nothing else, is declared. */
  readonly hasJson: boolean
}

/**
 * PlainRequests tells requests whose headers need no further look: no guard would refuse them, and they wish for nothing. It knows what is
 * harmless, not what is harmful, so that whatever it has not heard of goes the long way, where everything is looked at.
 */
export class PlainRequests {
  readonly #hosts: string[] = []

  /** Remembers the Host of a request that the guard has let in. */
  letIn({ headers: { host } }: IncomingMessage): void {
    if (host === undefined || this.#hosts.includes(host)) return
    this.#hosts.push(host)
    if (this.#hosts.length > HOSTS_MAX) this.#hosts.shift()
  }

  /** Returns what the headers say if they are plain, otherwise undefined. */
  read({ rawHeaders, httpVersion }: IncomingMessage): PlainHeaders | undefined {
    // Older callers get other framing.
    if (httpVersion !== '1.1') return undefined
    const seen = { host: 0, requestId: '', types: 0, lengths: 0 }
    for (let at = 0; at < rawHeaders.length; at += 2) {
      if (CHANGE_NOTHING.has(rawHeaders[at])) continue
      if (!isKnown(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '', seen, this.#hosts))
        return undefined
    }
    if (seen.host !== 1 || seen.lengths !== seen.types) return undefined
    return { requestId: seen.requestId || randomUUID(), hasJson: seen.types === 1 }
  }
}

interface Seen {
  host: number
  requestId: string
  types: number
  lengths: number
}

function isKnown(name: string, value: string, seen: Seen, hosts: readonly string[]): boolean {
  switch (name) {
    case 'Host':
    case 'host':
      seen.host += 1
      return hosts.includes(value)
    case 'X-Request-Id':
    case 'x-request-id':
      if (seen.requestId !== '' || !REQUEST_ID.test(value)) return false
      seen.requestId = value
      return true
    case 'Content-Type':
    case 'content-type':
      seen.types += 1
      return value === 'application/json'
    case 'Content-Length':
    case 'content-length':
      seen.lengths += 1
      return true
    default:
      return false
  }
}
