import { REQUEST_ID } from './caller.ts'

/** Headers that change nothing here. What tells of a page is Sec-Fetch-Site; fetch of Node sends Sec-Fetch-Mode. */
const CHANGE_NOTHING: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'baggage',
  'keep-alive',
  'sec-fetch-mode',
  'traceparent',
  'tracestate',
  'user-agent',
])

/** What stands behind the target of a request that is written as clients write them: the version, lines, an empty line. */
const HEAD = / HTTP\/1\.1\r\n(?:[A-Za-z-]+: [!-~](?:[ -~]*[!-~])?\r\n){1,32}\r\n/y
/** Node refuses larger ones. */
export const HEAD_MAX_BYTES = 8 * 1024
/** Node counts the target as well, of which the longest plain one takes 143. */
const PLAIN_MAX_BYTES = HEAD_MAX_BYTES - 256
const PORT_MAX = 65_535

/** The head of a request that needs no further look: no guard would refuse it, and it wishes for nothing. */
export interface PlainHead {
  /** As it came, from behind the target to the empty line. */
  readonly text: string
  /** The caller's own, if it gave one. */
  readonly requestId: string | undefined
  /** What came as the access token. */
  readonly token: string
  /** Length of the JSON that follows; 0 = nothing follows. */
  readonly bodyBytes: number
}

/**
 * Reads the head that begins behind the target at `from`; returns undefined if there is no plain one. It knows what is harmless, not what is harmful,
 * so that whatever it has not heard of, or is written in another way, goes where everything is looked at.
 */
export function readPlainHead(
  text: string,
  from: number,
  isNeighbour: (host: string) => boolean,
): PlainHead | undefined {
  HEAD.lastIndex = from
  const [found] = HEAD.exec(text) ?? []
  if (found === undefined || found.length > PLAIN_MAX_BYTES) return undefined
  // A copy: a slice would keep all that came with it, as long as the head is remembered.
  const head = Buffer.from(found, 'latin1').toString('latin1')
  const said = new Map<string, string>()
  const [, ...lines] = head.trimEnd().split('\r\n')
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (CHANGE_NOTHING.has(name)) continue
    if (said.has(name)) return undefined
    said.set(name, line.slice(colon + 2))
  }
  return plainHead(head, said, isNeighbour)
}

function plainHead(
  text: string,
  said: Map<string, string>,
  isNeighbour: (host: string) => boolean,
): PlainHead | undefined {
  const taken = (name: string): string | undefined => {
    const value = said.get(name)
    said.delete(name)
    return value
  }
  const host = taken('host')
  const requestId = taken('x-request-id')
  const [, token = ''] = /^Bearer (\S+)$/.exec(taken('authorization') ?? '') ?? []
  const isKept = /^keep-alive$/i.test(taken('connection') ?? 'keep-alive')
  const bodyBytes = bodyBytesOf(taken('content-type'), taken('content-length'))
  const isPlain =
    said.size === 0 &&
    host !== undefined &&
    isNeighbour(host) &&
    hasPort(host) &&
    isKept &&
    (requestId === undefined || REQUEST_ID.test(requestId))
  if (!isPlain || bodyBytes === undefined) return undefined
  return { text, requestId, token, bodyBytes }
}

/** What has another port than there can be is refused by the adapter, which makes a URL of it. */
function hasPort(host: string): boolean {
  const [, port = '80'] = /:(\d*)$/.exec(host) ?? []
  return port !== '' && Number(port) <= PORT_MAX
}

function bodyBytesOf(type: string | undefined, length: string | undefined): number | undefined {
  if (type === undefined && length === undefined) return 0
  const isJson = type === 'application/json' && /^[1-9]\d{0,5}$/.test(length ?? '')
  return isJson ? Number(length) : undefined
}
