import type { IncomingMessage, ServerResponse } from 'node:http'

import type { TagLookup } from '../lookup/tag-lookup.ts'
import { sendFresh } from './fresh-answer.ts'
import { isPlainId } from './plain-id.ts'
import type { PlainRequests } from './plain-requests.ts'
import type { WallTime } from './wall-time.ts'

const BEFORE_USER = '/v1/users/'
const AFTER_USER = '/tags'

export interface HitPathOptions {
  readonly lookup: TagLookup
  readonly wall: WallTime
  readonly isDraining: () => boolean
  /** Whether callers have to show an access token: then every request goes the long way, where tokens are looked at. */
  readonly hasToken: boolean
}

/**
 * HitPath answers the most frequent request of all, `GET /v1/users/{id}/tags` of a user with fresh tags, before web objects are made of it.
 * Its answer is that of the long way, header by header; whatever it does not know at a glance it leaves to that.
 */
export class HitPath {
  readonly #options: HitPathOptions
  readonly #plain: PlainRequests

  constructor(plain: PlainRequests, options: HitPathOptions) {
    this.#plain = plain
    this.#options = options
  }

  /** Answers a request that arrived at `now`, or returns false and has done nothing. */
  answers(incoming: IncomingMessage, outgoing: ServerResponse, now: number): boolean {
    const { url, method } = incoming
    const { lookup, wall, isDraining, hasToken } = this.#options
    if (method !== 'GET' || hasToken || isDraining()) return false
    if (!url?.startsWith(BEFORE_USER) || !url.endsWith(AFTER_USER)) return false
    const user = url.slice(BEFORE_USER.length, -AFTER_USER.length)
    if (!isPlainId(user)) return false
    const headers = this.#plain.read(incoming)
    if (headers === undefined || headers.hasJson) return false
    const entry = lookup.fresh([user], now)?.[0]
    if (entry === undefined) return false
    const date = wall.iso(entry.fetchedAtMs, now)
    const body = `{"user":"${user}","tags":${entry.tagsJson},"fetchedAt":"${date}"}`
    sendFresh(outgoing, { body, requestId: headers.requestId, dates: entry }, now)
    return true
  }
}
