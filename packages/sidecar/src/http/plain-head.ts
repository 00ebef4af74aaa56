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
const HEAD = / HTTP\/1\.1\r\n((?:[A-Za-z-]+: [!-~](?:[ -~]*[!-~])?\r\n){1,32})\r\n/y
/** Node refuses larger ones. */
export const HEAD_MAX_BYTES = 8 * 1024

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
  const [head, lines] = HEAD.exec(text) ?? []
  if (head === undefined || lines === undefined || head.length > HEAD_MAX_BYTES) return undefined
  const said = new Map<string, string>()
  for (const line of lines.trimEnd().split('\r\n')) {
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
    isKept &&
    (requestId === undefined || REQUEST_ID.test(requestId))
  if (!isPlain || bodyBytes === undefined) return undefined
  // A copy: a slice would keep all that came with it, as long as the head is remembered.
  return { text: Buffer.from(text, 'latin1').toString('latin1'), requestId, token, bodyBytes }
}

function bodyBytesOf(type: string | undefined, length: string | undefined): number | undefined {
  if (type === undefined && length === undefined) return 0
  const isJson = type === 'application/json' && /^[1-9]\d{0,5}$/.test(length ?? '')
  return isJson ? Number(length) : undefined
}
