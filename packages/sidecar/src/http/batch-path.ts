import { isAscii } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'

import type { FreshTags } from '../lookup/outcome.ts'
import type { TagLookup } from '../lookup/tag-lookup.ts'
import { type FreshAnswer, sendFresh } from './fresh-answer.ts'
import { isPlainId } from './plain-id.ts'
import type { PlainRequests } from './plain-requests.ts'
import type { WallTime } from './wall-time.ts'

/** An app has at most 1,000 distinct tags, so that equal sets are common. */
const MIDDLES_MAX = 4_096

export interface BatchPathOptions {
  readonly lookup: TagLookup
  readonly now: () => number
  readonly wall: WallTime
  readonly maxUsersPerRequest: number
  readonly isDraining: () => boolean
}

/**
 * BatchPath answers `POST /v1/tags:batchGet` where all users have fresh tags, before web objects are made of the request. The guards have let it in.
 * Its answer is that of the long way; whatever it does not know at a glance it leaves to that.
 */
export class BatchPath {
  readonly #options: BatchPathOptions
  readonly #plain: PlainRequests
  readonly #middles = new Map<string, string>()

  constructor(plain: PlainRequests, options: BatchPathOptions) {
    this.#plain = plain
    this.#options = options
  }

  /** Answers a request, in the next tick at the latest, or leaves it to `goOn`. */
  takes(incoming: IncomingMessage, outgoing: ServerResponse, goOn: () => void): void {
    const isBatch = incoming.method === 'POST' && incoming.url === '/v1/tags:batchGet'
    const headers = isBatch && !this.#options.isDraining() ? this.#plain.read(incoming) : undefined
    if (headers?.hasJson !== true) return goOn()
    // A small body comes with its head, and is read before the next tick. Who sends it slowly goes the long way, where it is waited for.
    process.nextTick(() => {
      if (!this.#answers(incoming, outgoing, headers.requestId)) goOn()
    })
  }

  #answers(incoming: IncomingMessage, outgoing: ServerResponse, requestId: string): boolean {
    const { lookup, now: clock, maxUsersPerRequest } = this.#options
    if (incoming.readableLength !== Number(incoming.headers['content-length'])) return false
    const bytes: unknown = incoming.read()
    if (!(bytes instanceof Buffer)) return false
    // Where the adapter of the long way looks for a body that was read already.
    Object.assign(incoming, { rawBody: bytes })
    const users = plainUsersIn(bytes, maxUsersPerRequest)
    if (users === undefined) return false
    const now = clock()
    const entries = lookup.fresh(users, now)
    if (entries === undefined) return false
    const body = this.#bodyOf(users, entries, now)
    sendFresh(outgoing, { body, requestId, dates: outerDates(entries) }, now)
    incoming.resume()
    return true
  }

  /** One long text, added to part by part, is a third of the cost of an array of texts that are joined. */
  #bodyOf(users: readonly string[], entries: readonly FreshTags[], now: number): string {
    const { wall } = this.#options
    let body = '{"results":['
    for (let index = 0; index < users.length; index += 1) {
      const entry = entries[index]
      if (entry === undefined) continue
      body += index === 0 ? '{"user":"' : '"},{"user":"'
      body += users[index] + this.#middleOf(entry.tagsJson) + wall.iso(entry.fetchedAtMs, now)
    }
    return `${body}"}]}`
  }

  /** Equal tags are common, and so is what stands between a user and a date. */
  #middleOf(tagsJson: string): string {
    const known = this.#middles.get(tagsJson)
    if (known !== undefined) return known
    const middle = ['","tags":', ',"fetchedAt":"'].join(tagsJson)
    if (this.#middles.size >= MIDDLES_MAX) this.#middles.clear()
    this.#middles.set(tagsJson, middle)
    return middle
  }
}

/** Returns the users if they are all plain: what is not ASCII needs a stricter look. */
function plainUsersIn(bytes: Buffer, usersMax: number): readonly string[] | undefined {
  if (!isAscii(bytes)) return undefined
  const body = parsed(bytes.toString('latin1'))
  if (typeof body !== 'object' || body === null || !('users' in body)) return undefined
  const { users } = body
  if (!isArray(users) || users.length === 0 || users.length > usersMax) return undefined
  return users.every(isPlainId) ? users : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** When the oldest was fetched, and when the first is stale. */
function outerDates(entries: readonly FreshTags[]): FreshAnswer['dates'] {
  const dates = { fetchedAtMs: Infinity, freshUntilMs: Infinity }
  for (const { fetchedAtMs, freshUntilMs } of entries) {
    if (fetchedAtMs < dates.fetchedAtMs) dates.fetchedAtMs = fetchedAtMs
    if (freshUntilMs < dates.freshUntilMs) dates.freshUntilMs = freshUntilMs
  }
  return dates
}
