import { NetFault } from './errors.ts'

/** What a body of a tag call may have. */
const BODY_BYTES_MAX = 1024 * 1024

/**
 * Reads the request's body as text; undefined if it is larger than `bytesMax`, by default 1 MiB.
 * Throws NetFault if the caller leaves.
 */
export async function readBody(
  request: Request,
  bytesMax = BODY_BYTES_MAX,
): Promise<string | undefined> {
  try {
    return await readText(request, bytesMax)
  } catch (cause) {
    throw new NetFault('reset', { cause })
  }
}

async function readText(request: Request, bytesMax: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  // To the end even if it is too large: clients and transports alike wait for somebody to take what
  // they send.
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    text = bytes > bytesMax ? '' : text + decoder.decode(chunk, { stream: true })
  }
  return bytes > bytesMax ? undefined : text + decoder.decode()
}

/** Parses a body; undefined if it is not JSON. */
export function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The accounts that a body names, as users or with tags, whatever else is wrong with it. */
export function accountsIn(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null) return []
  const accounts = 'To_Account' in body ? items(body.To_Account) : []
  const entries = 'UserTags' in body ? items(body.UserTags) : []
  return [...accounts, ...entries.map(accountOf)].filter((account) => typeof account === 'string')
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function accountOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'To_Account' in entry
    ? entry.To_Account
    : undefined
}
