import { text } from 'node:stream/consumers'

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { problemOf } from '../support/problem-of.ts'
import { openSocket, rawRequest } from '../support/raw-http.ts'
import { type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'

const TOKEN = 'canary-token-3b1c'
const REFUSAL = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'

const get = 'GET /v1/users/xiaoming/tags HTTP/1.1\r\nHost: localhost\r\n'
const post =
  'POST /v1/tags:batchGet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
const chunks = `${post}Transfer-Encoding: chunked\r\n\r\n`
/** Of 0x16 bytes. */
const body = '{"users":["xiaoming"]}'
const smuggled = 'GET /v1/users/ghost/tags HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

const KIB = 1024
const posts = [
  '/v1/tags:batchGet',
  '/v1/cache:invalidate',
  '/v4/timpush/get_tag',
  '/v4/all_member_push/im_get_tag',
]

type Body = NonNullable<RequestInit['body']>

let started: StartedSidecar

beforeAll(async () => {
  started = await startSidecar({ TAGSIDE_TTL: '0s', TAGSIDE_STALE_WHILE_REVALIDATE: '0s' })
})
afterAll(() => started[Symbol.asyncDispose]())
/** Nobody is looked up who was not asked for in earnest. */
afterEach(() => {
  const asked = started.fake.requests().flatMap(({ accounts }) => accounts)
  expect(asked).not.toContain('ghost')
})

/** Sends these bytes at once, and returns all that is answered before the connection ends. */
function sent(bytes: string): Promise<string> {
  const socket = openSocket(started.url)
  socket.write(Buffer.from(bytes, 'latin1'))
  return text(socket)
}

/** The statuses of the answers, in their order. */
function statusesIn(answers: string): string[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status)
}

describe('T8: a request that others may read differently is refused with 400, alone, and ends the connection:', () => {
  test.each([
    [
      'a length and chunks',
      `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'chunks and a length',
      `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', `${post}Content-Length: 22\r\nContent-Length: 5\r\n\r\n${body}`],
    ['one length twice', `${post}Content-Length: 22\r\nContent-Length: 22\r\n\r\n${body}`],
    ['a list of lengths', `${post}Content-Length: 22, 22\r\n\r\n${body}`],
    ['a length with a sign', `${post}Content-Length: +22\r\n\r\n${body}`],
    ['a negative length', `${post}Content-Length: -1\r\n\r\n${body}`],
    ['a hexadecimal length', `${post}Content-Length: 0x16\r\n\r\n${body}`],
    ['a length beyond all numbers', `${post}Content-Length: ${'9'.repeat(30)}\r\n\r\n${body}`],
    ['an empty length', `${post}Content-Length:\r\n\r\n${body}`],
    ['an unknown coding', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['no coding', `${post}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ['a coding under the chunks', `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a coding over the chunks', `${post}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    [
      'the coding in two headers',
      `${post}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['chunks in chunks', `${post}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
    ['a vertical tab before the coding', `${post}Transfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n`],
    ['a coding of a GET', `${get}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['a space before the colon', `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['LF for CR LF', `${get}\r\n`.replaceAll('\r\n', '\n')],
    ['one LF in the head', `${get}X-One: 1\nX-Other: 2\r\n\r\n`],
    ['one CR in the head', `${get}X-One: 1\rX-Other: 2\r\n\r\n`],
    ['a NUL in a value', `${get}X-One: 1\0\r\n\r\n`],
    ['a NUL in a name', `${get}X\0One: 1\r\n\r\n`],
    ['a folded header', `${get}X-One: 1\r\n 2\r\n\r\n`],
    ['a folded first header', get.replace('Host', ' Host') + '\r\n'],
    ['a sign before the size of a chunk', `${chunks}+16\r\n${body}\r\n0\r\n\r\n`],
    ['a prefix before the size of a chunk', `${chunks}0x16\r\n${body}\r\n0\r\n\r\n`],
    ['a space behind the size of a chunk', `${chunks}16 \r\n${body}\r\n0\r\n\r\n`],
    ['a size beyond 64 bits', `${chunks}10000000000000016\r\n${body}\r\n0\r\n\r\n`],
    ['LF behind the size of a chunk', `${chunks}16\n${body}\r\n0\r\n\r\n`],
    ['LF behind the extension of a chunk', `${chunks}16;one=1\n${body}\r\n0\r\n\r\n`],
    ['nothing behind a chunk', `${chunks}16\r\n${body}0\r\n\r\n`],
    ['a chunk that is longer than it says', `${chunks}5\r\n${body}\r\n0\r\n\r\n`],
    ['LF behind the last chunk', `${chunks}16\r\n${body}\r\n0\n\n`],
    ['a NUL in a trailer', `${chunks}16\r\n${body}\r\n0\r\nX-One: \0\r\n\r\n`],
    ['no Host', 'GET /v1/users/xiaoming/tags HTTP/1.1\r\nX-One: \0\r\n\r\n'],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the hello of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03'],
  ])('%s', async (_, bytes) => {
    expect(await sent(bytes + smuggled)).toBe(REFUSAL)
  })
})

describe('T8: a request that can be read in one way only is answered, and so is the next:', () => {
  const next = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

  test.each([
    ['a length', `${post}Content-Length: 22\r\n\r\n${body}`],
    ['chunks', `${chunks}16\r\n${body}\r\n0\r\n\r\n`],
    ['chunks by another case', `${chunks.replace('chunked', 'Chunked')}16\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk with an extension', `${chunks}16;one=1\r\n${body}\r\n0\r\n\r\n`],
    ['trailers', `${chunks}16\r\n${body}\r\n0\r\nHost: example.com\r\nVia: 1.1 x\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    // Nobody's tags are at /livez of the data listener.
    expect(statusesIn(await sent(bytes + next))).toEqual(['200', '404'])
  })
})

test('T8: the body of a GET is not taken for a request', async () => {
  const head = `${get}Connection: close\r\nContent-Length: ${smuggled.length}\r\n\r\n`
  expect(statusesIn(await sent(head + smuggled))).toEqual(['200'])
})

test('T8: a token in a trailer is none', async () => {
  await using withToken = await startSidecar({ TAGSIDE_ACCESS_TOKEN: TOKEN })
  const socket = openSocket(withToken.url)
  const trailer = `Authorization: Bearer ${TOKEN}\r\n`
  socket.end(`${chunks}16\r\n${body}\r\n0\r\n${trailer}\r\n`)
  expect(statusesIn(await text(socket))).toEqual(['401'])
  expect(withToken.fake.stats.calls).toBe(0)
})

test('T8: an expectation that nobody knows gets past no guard', async () => {
  const expecting = `${get}Expect: more\r\nConnection: close\r\n`
  expect(statusesIn(await sent(`${expecting}\r\n`))).toEqual(['200'])
  expect(statusesIn(await sent(`${expecting}Via: 1.1 x\r\n\r\n`))).toEqual(['403'])
})

describe('T8: no method makes the sidecar anything but an end point:', () => {
  test('CONNECT ends the connection', async () => {
    expect(await sent('CONNECT localhost:7430 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('')
  })

  test('TRACE repeats nothing', async () => {
    const line = 'TRACE /v1/users/xiaoming/tags HTTP/1.1'
    const response = await rawRequest(started.url, line, 'Host: localhost', 'X-One: canary')
    expect(await response.clone().text()).not.toContain('canary')
    expect(await problemOf(response)).toMatchObject({ status: 405 })
  })

  test.each(['websocket', 'h2c'])('an Upgrade to %s is not taken up', async (protocol) => {
    const line = 'GET /v1/users/xiaoming/tags HTTP/1.1'
    const response = await rawRequest(
      started.url,
      line,
      'Host: localhost',
      `Upgrade: ${protocol}`,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Connection: Upgrade',
    )
    expect(response.headers.get('Upgrade')).toBeNull()
    expect(response.status).toBe(200)
  })
})

describe('T8: nothing of a request gets into the head of its answer', () => {
  test.each(['a'.repeat(65), 'one two', '<script>', 'a\tb', '\xE9', 'request-1, request-2'])(
    'by the X-Request-Id %j, in place of which it has a new one',
    async (id) => {
      const answer = await sent(`${get}Connection: close\r\nX-Request-Id: ${id}\r\n\r\n`)
      expect(answer).toMatch(/^x-request-id: [\da-f]{8}-[\da-f-]{27}\r$/im)
    },
  )

  test('by two of them', async () => {
    const ids = 'X-Request-Id: request-1\r\nX-Request-Id: request-2\r\n'
    const answer = await sent(`${get}Connection: close\r\n${ids}\r\n`)
    expect(answer).not.toContain('request-1')
    expect(answer).not.toContain('request-2')
  })
})

const bodyOf = (bytes: number): string => '{}'.padEnd(bytes)

/** The same bytes without a Content-Length, in chunks. */
const chunked = (whole: string): Body => new Blob([whole]).stream()

function posted(path: string, content: Body): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(started.url + path, { method: 'POST', headers, body: content, duplex: 'half' })
}

describe('T14: the head of a request', () => {
  /** Node counts names, values and the target, not what separates them. */
  const counted = '/v1/users/xiaoming/tags'.length + 'HostlocalhostConnectionclose'.length
  test.each([
    ['in one header', (bytes: number) => ['', `X: ${'x'.repeat(bytes - 1)}\r\n`]],
    ['in the target', (bytes: number) => [`?${'x'.repeat(bytes - 1)}`, '']],
  ])('may have 8 KiB less a byte, and is refused with 431 beyond, %s', async (_, padding) => {
    const headOf = (bytes: number): string => {
      const [query = '', header = ''] = padding(bytes - counted)
      const line = `GET /v1/users/xiaoming/tags${query} HTTP/1.1\r\n`
      return `${line}Host: localhost\r\nConnection: close\r\n${header}\r\n`
    }
    const answers = [await sent(headOf(8 * KIB - 1)), await sent(headOf(8 * KIB))]
    expect(answers.flatMap(statusesIn)).toEqual(['200', '431'])
  })
})

describe.each(posts)('T14: the body of POST %s, declared or in chunks,', (path) => {
  test.each([
    ['300 KiB', 300 * KIB],
    ['256 KiB and a byte', 256 * KIB + 1],
  ])('of %s is refused with 413 too-large, and the connection ends', async (_, bytes) => {
    for (const content of [bodyOf(bytes), chunked(bodyOf(bytes))]) {
      const response = await posted(path, content)
      expect(await problemOf(response)).toMatchObject({ status: 413, code: 'too-large' })
      expect(response.headers.get('Connection')).toBe('close')
    }
  })

  test('of 256 KiB is read', async () => {
    for (const content of [bodyOf(256 * KIB), chunked(bodyOf(256 * KIB))]) {
      const response = await posted(path, content)
      expect(response.status).not.toBe(413)
      expect(await response.text()).toMatch(/array of user ids|array of 1 to 100 accounts/)
    }
  })
})
