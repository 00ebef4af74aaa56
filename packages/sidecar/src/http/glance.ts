import { isAscii } from 'node:buffer'

import { BatchBodies, type BatchBodiesOptions } from './batch-bodies.ts'
import type { FreshBody } from './fresh-answer.ts'
import { type GuardOptions, neighbours } from './guards.ts'
import { isPlainId } from './plain-id.ts'
import { type PlainHead, readPlainHead } from './plain-head.ts'

const BEFORE_USER = 'GET /v1/users/'
const AFTER_USER = '/tags'
const BATCH_GET = 'POST /v1/tags:batchGet'

export type GlanceOptions = BatchBodiesOptions & GuardOptions

type Kind = 'user-tags' | 'batch-get'

/** A request with its answer. */
export interface Answered {
  readonly kind: Kind
  readonly head: PlainHead
  readonly body: FreshBody
  /** Where the request ends, and the next one begins. */
  readonly end: number
}

/** What came at a time. */
export interface Piece {
  readonly bytes: NonSharedBuffer
  /** The same as Latin-1, a character for each byte. */
  readonly text: string
  /** When it came. */
  readonly now: number
  /** Of its connection. */
  readonly heads: Heads
}

/** The last plain head of either kind on a connection. Mostly the next one is the same, and not read again. */
export type Heads = { -readonly [Of in Kind]?: PlainHead }

/**
 * A Glance tells requests that need no further look, and what they are answered: those for users whose tags are fresh, with a head and ids that are
 * plain. It knows what is harmless, not what is harmful.
 */
export class Glance {
  readonly #options: GlanceOptions
  readonly #batches: BatchBodies
  readonly #isNeighbour: (host: string) => boolean

  constructor(options: GlanceOptions) {
    this.#options = options
    this.#batches = new BatchBodies(options)
    this.#isNeighbour = neighbours(options.allowedHosts)
  }

  /** Returns the request that begins at `from` in a piece, with its answer; undefined when it has to be looked at. */
  at(from: number, piece: Piece): Answered | undefined {
    if (piece.text.startsWith(BEFORE_USER, from)) return this.#userTags(from, piece)
    if (piece.text.startsWith(BATCH_GET, from)) return this.#batchGet(from, piece)
    return undefined
  }

  #userTags(from: number, piece: Piece): Answered | undefined {
    const { text, bytes, now } = piece
    const target = text.indexOf(' ', from + BEFORE_USER.length)
    if (!text.startsWith(AFTER_USER, target - AFTER_USER.length)) return undefined
    const head = this.#head('user-tags', target, piece)
    if (head?.bodyBytes !== 0) return undefined
    // Not a slice of the text, which would keep the whole: the lookup remembers who was read.
    const user = bytes.toString('latin1', from + BEFORE_USER.length, target - AFTER_USER.length)
    const body = this.#bodyOf(user, now)
    return body && { kind: 'user-tags', head, body, end: target + head.text.length }
  }

  #bodyOf(user: string, now: number): FreshBody | undefined {
    const { lookup, wall } = this.#options
    const entry = isPlainId(user) ? lookup.fresh([user], now)?.[0] : undefined
    if (entry === undefined) return undefined
    const { tagsJson } = entry
    const date = wall.iso(entry.fetchedAtMs, now)
    const text = `{"user":"${user}","tags":${tagsJson},"fetchedAt":"${date}"}`
    // All the rest is ASCII.
    const bytes = text.length - tagsJson.length + Buffer.byteLength(tagsJson)
    return { text, bytes, dates: entry }
  }

  /** The body has to have come with its head. */
  #batchGet(from: number, piece: Piece): Answered | undefined {
    const { text, bytes, now } = piece
    const target = from + BATCH_GET.length
    const head = this.#head('batch-get', target, piece)
    if (head === undefined || head.bodyBytes === 0) return undefined
    const start = target + head.text.length
    const end = start + head.bodyBytes
    if (end > bytes.length || !isAscii(bytes.subarray(start, end))) return undefined
    const body = this.#batches.answerTo(text.slice(start, end), now)
    return body && { kind: 'batch-get', head, body, end }
  }

  /** Returns the head behind a target if it is plain and its token accepted, which may have changed since the last request. */
  #head(kind: Kind, target: number, { text, heads }: Piece): PlainHead | undefined {
    const last = heads[kind]
    const isSame = last !== undefined && text.startsWith(last.text, target)
    const head = isSame ? last : readPlainHead(text, target, this.#isNeighbour)
    if (head === undefined || this.#options.acceptsToken?.(head.token) === false) return undefined
    heads[kind] = head
    return head
  }
}
