import { seeded } from './seeded.ts'
import { userName } from './servers/samples.ts'

/** What is asked, and in what mixture. Users are `user-000000` and up. */
export type Asked =
  /** Single users, uniformly out of so many. */
  | { readonly kind: 'get'; readonly users: number; readonly token?: string }
  /** So many at a time, uniformly out of `users`. */
  | { readonly kind: 'batch'; readonly users: number; readonly size: number }
  /** Users that nobody has asked for, `size` at a time (1: by GET). */
  | { readonly kind: 'new'; readonly size: number; readonly prefix: string }

const PREBUILT_GETS = 100_000
const PREBUILT_BATCHES = 1_000

/** Returns the body of a batchGet. */
export function batchBody(users: readonly string[]): string {
  return JSON.stringify({ users })
}

/** Returns a source of requests, ready to be written. Those for cached users are built beforehand, the same for every contender. */
export function requestSource(asked: Asked): () => Buffer | string {
  if (asked.kind === 'new') return newUsers(asked.size, asked.prefix)
  const random = seeded(6)
  const requests =
    asked.kind === 'get'
      ? shuffledUsers(asked.users, random).map((user) => get(user, asked.token))
      : Array.from({ length: PREBUILT_BATCHES }, () => {
          const users = Array.from({ length: asked.size }, () =>
            userName(Math.floor(random() * asked.users)),
          )
          return batch(users)
        })
  const buffers = requests.map((request) => Buffer.from(request))
  let next = 0
  return () => {
    const request = buffers[next] ?? ''
    next = next + 1 === buffers.length ? 0 : next + 1
    return request
  }
}

/** Every user once in random order; of more than can be prebuilt, so many at random. */
function shuffledUsers(users: number, random: () => number): string[] {
  if (users > PREBUILT_GETS) {
    return Array.from({ length: PREBUILT_GETS }, () => userName(Math.floor(random() * users)))
  }
  const names = Array.from({ length: users }, (_, number) => userName(number))
  for (let last = names.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const name = names[last] ?? ''
    names[last] = names[other] ?? ''
    names[other] = name
  }
  return names
}

function newUsers(size: number, prefix: string): () => string {
  let made = 0
  const name = (): string => `${prefix}-${(made += 1)}`
  return size === 1 ? () => get(name()) : () => batch(Array.from({ length: size }, name))
}

function get(user: string, token?: string): string {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
  return `GET /v1/users/${user}/tags HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}\r\n`
}

function batch(users: readonly string[]): string {
  const body = batchBody(users)
  return `POST /v1/tags:batchGet HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
