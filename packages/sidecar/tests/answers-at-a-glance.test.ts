import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { letTimePass, stopTime } from './support/direct-sidecar.ts'
import { nextAnswer, openSocket, readAnswer } from './support/raw-http.ts'
import { type Environment, type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

/** Ids of every kind; the last two are unknown to Tencent. */
const PLAIN = ['xiaoming', 'xiaohong', 'user-1', 'A', 'a.b@c:d-e_f', 'x'.repeat(128)]
const ODD = ['小明', 'user 1', 'user"1', 'user\\1', '%41', '..', 'a/b', 'ghost', 'ghost-2']
const TAGS = [['GoldMember', 'WeekPassUser'], [], ['金牌会员', 'a"b']]

/** Goes the long way, as the first request of every connection. */
const FIRST = 'GET /first HTTP/1.1\r\nHost: localhost\r\n'

/** Changes nothing, but is not known to: with it a request goes the long way. */
const LONG_WAY = 'X-Long-Way: 1'

let started: StartedSidecar
/** What every caller of it has to send. */
let authorization: readonly string[] = []

async function start(environment: Environment = {}): Promise<StartedSidecar> {
  started = await startSidecar({ TAGSIDE_TTL_JITTER: '0', ...environment })
  const users = [...PLAIN, ...ODD]
  for (const [index, user] of users.slice(0, -2).entries())
    started.fake.setTags(user, TAGS[index % TAGS.length] ?? [])
  const token = environment['TAGSIDE_ACCESS_TOKEN']
  authorization = token === undefined ? [] : [`Authorization: Bearer ${token}`]
  await ask(batch({ users: PLAIN }, 'Host: localhost', ...authorization))
  letTimePass(3_000)
  await ask(batch({ users }, 'Host: localhost', ...authorization))
  return started
}

beforeEach(stopTime)
afterEach(async () => {
  vi.useRealTimers()
  await started[Symbol.asyncDispose]()
})

interface Asked {
  readonly line: string
  readonly headers: readonly string[]
  readonly body?: string
}

const pathOf = (user: string): string =>
  `/v1/users/${PLAIN.includes(user) ? user : encodeURIComponent(user)}/tags`

const get = (user: string, ...headers: readonly string[]): Asked => ({
  line: `GET ${pathOf(user)} HTTP/1.1`,
  headers: ['Host: localhost', ...headers],
})

function batch(value: unknown, host = 'Host: localhost', ...headers: readonly string[]): Asked {
  const body = JSON.stringify(value)
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  const type = 'Content-Type: application/json'
  return {
    line: 'POST /v1/tags:batchGet HTTP/1.1',
    headers: [host, type, length, ...headers],
    body,
  }
}

const written = ({ line, headers, body = '' }: Asked): string =>
  [line, ...headers, '', body].join('\r\n')

async function ask(asked: Asked): Promise<string> {
  const socket = await openConnection()
  socket.write(written(asked))
  const answer = await nextAnswer(socket, asked.line.split(' ')[0])
  socket.destroy()
  return answer
}

/** Opens a connection whose first request is answered. */
async function openConnection(): Promise<Socket> {
  const socket = openSocket(started.url)
  socket.write([FIRST.trimEnd(), ...authorization, '', ''].join('\r\n'))
  await nextAnswer(socket)
  return socket
}

/** An answer without what no two answers share, its headers in the order of their names. */
async function comparable(answer: string): Promise<unknown> {
  const response = readAnswer(answer)
  const id = response.headers.get('X-Request-Id') ?? ''
  const anyId = id.replace(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/, 'a new one')
  response.headers.set('X-Request-Id', anyId)
  // Node's own, from a clock that does not stand still.
  response.headers.delete('Date')
  const names = answer.slice(0, answer.indexOf('\r\n\r\n')).match(/^[^:\r\n]+(?=:)/gm)
  const body = (await response.text()).replaceAll(id, 'its id')
  return { status: response.status, headers: [...response.headers], names: names?.sort(), body }
}

/** Says whether a request is answered without the long way. */
async function isAtAGlance(asked: Asked): Promise<boolean> {
  const longWay = vi.spyOn(started.sidecar.lookup, 'lookup')
  const glance = vi.spyOn(started.sidecar.lookup, 'fresh')
  const answer = await ask(asked)
  const isTaken = glance.mock.results.some(({ value }) => value !== undefined)
  expect(isTaken && longWay.mock.calls.length > 0).toBe(false)
  longWay.mockRestore()
  glance.mockRestore()
  if (isTaken) expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  return isTaken
}

/** What may be in a request, harmless and harmful, well and badly written. */
const HEADERS = [
  'Accept: */*',
  'accept-encoding: gzip',
  'ACCEPT-LANGUAGE: *',
  'User-Agent: any',
  'sec-fetch-mode: cors',
  'Sec-Fetch-Site: cross-site',
  'Sec-Fetch-Site: none',
  'Origin: http://localhost',
  'X-Forwarded-For: 10.0.0.1',
  'Via: 1.1 proxy',
  'X-Request-Id: trace-1',
  'x-request-id: trace 1',
  'X-REQUEST-ID: trace-2',
  'Cache-Control: no-store',
  'Cache-Control: max-age=60',
  'Cache-Control: max-age=x',
  'X-Request-Timeout-Ms: 500',
  'X-Request-Timeout-Ms: soon',
  'Host: localhost',
  'Host: rebound.example',
  'Content-Type: application/json',
  'Content-Type: text/plain',
  'Transfer-Encoding: gzip, chunked',
  'Authorization: Bearer x',
  'Traceparent: 00-1-1-00',
]

const users = fc.constantFrom(...PLAIN, ...ODD)
const headers = fc.oneof(fc.constant([]), fc.subarray(HEADERS, { maxLength: 3 }))
const host = fc.oneof(
  fc.constant('localhost'),
  fc.constantFrom('LOCALHOST:1', '127.0.0.1', 'elsewhere', ''),
)
const paths = fc.oneof(
  users.map(pathOf),
  users.map((user) => `/v1/users/${encodeURIComponent(user)}/tags`),
  users.map((user) => `${pathOf(user)}?since=1`),
  fc.constantFrom(
    '/v1/users/%41/tags',
    '/v1/users//tags',
    '/v1/users/./tags',
    '/v1/users/%zz/tags',
  ),
  fc.constantFrom('/v1/users/../tags', '/v1/users/a/b/tags', `/v1/users/${'x'.repeat(129)}/tags`),
)
const gets = fc
  .record({ method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'), path: paths, host, headers })
  .map(({ method, path, ...of }) => ({
    line: `${method} ${path} HTTP/1.1`,
    headers: [`Host: ${of.host}`, ...of.headers],
  }))
const bodies = fc.oneof(
  fc.array(users, { maxLength: 8 }).map((chosen) => ({ users: chosen })),
  fc.array(users, { minLength: 1, maxLength: 3 }).map((chosen) => ({ users: chosen, more: 1 })),
  fc.constantFrom(
    {},
    null,
    [],
    { users: 'xiaoming' },
    { users: [1] },
    { users: [''] },
    { users: ['user\x7f'] },
  ),
)
const batches = fc
  .record({ body: bodies, host, headers })
  .map(({ body, ...of }) => batch(body, `Host: ${of.host}`, ...of.headers))

test('what is answered at a glance is answered as on the long way, whatever is asked', async () => {
  await start()
  await fc.assert(
    fc.asyncProperty(fc.oneof(gets, batches), async (asked) => {
      const answer = await comparable(await ask(asked))
      const longWay = await ask({ ...asked, headers: [...asked.headers, LONG_WAY] })
      expect(answer).toEqual(await comparable(longWay))
    }),
    { seed: 60_567, numRuns: 300 },
  )
})

test('every id is answered as on the long way, alone and beside a value that is older', async () => {
  await start()
  for (const user of [...PLAIN, ...ODD, '%41']) {
    for (const asked of [get(user), batch({ users: [user] }), batch({ users: ['A', user] })]) {
      const longWay = await ask({ ...asked, headers: [...asked.headers, LONG_WAY] })
      expect(await comparable(await ask(asked))).toEqual(await comparable(longWay))
    }
  }
  const percent = { ...get('A'), line: 'GET /v1/users/%41/tags HTTP/1.1' }
  expect(await readAnswer(await ask(percent)).json()).toMatchObject({ user: 'A' })
})

describe('a fresh user is answered at a glance when asked for', () => {
  test.each([
    ['by fetch of Node', ['accept-language: *', 'sec-fetch-mode: cors', 'user-agent: node']],
    ['by curl', ['User-Agent: curl/8', 'Accept: */*']],
    ['by Go', ['User-Agent: Go-http-client/1.1', 'Accept-Encoding: gzip']],
    ['with a request id', ['X-Request-Id: trace-1']],
    ['with a token that nobody asked for', ['Authorization: Bearer any']],
    ['with trace context', ['traceparent: 00-1-1-00', 'tracestate: a=b', 'baggage: c=d']],
  ])('%s', async (_, given) => {
    await start()
    for (const user of PLAIN) expect(await isAtAGlance(get(user, ...given))).toBe(true)
    expect(await isAtAGlance(batch({ users: PLAIN }, 'Host: localhost', ...given))).toBe(true)
  })
})

describe('everything is looked at of a request', () => {
  test.each([
    'Origin: http://localhost',
    'Sec-Fetch-Site: none',
    'X-Forwarded-For: 10.0.0.1',
    'Host: localhost',
    'Cache-Control: max-age=60',
    'X-Request-Timeout-Ms: 500',
    'Connection: close',
    'Transfer-Encoding: chunked',
    'X-Request-Id: not one',
    LONG_WAY,
  ])('with %s', async (header) => {
    await start()
    expect(await isAtAGlance(get('xiaoming', header))).toBe(false)
    const asked = batch({ users: ['xiaoming'] }, 'Host: localhost', header)
    expect(await isAtAGlance(asked)).toBe(false)
  })

  test('from whatever Host it comes', async () => {
    await start({ TAGSIDE_ALLOWED_HOSTS: 'tags.example' })
    const from = (name: string): Asked => ({ ...get('xiaoming'), headers: [`Host: ${name}`] })
    for (const near of ['127.0.0.9', '[::1]:80', 'LOCALHOST:1', 'tags.example', 'localhost:65535'])
      expect(await isAtAGlance(from(near))).toBe(true)
    for (const far of ['rebound.example', '127.0.0.1.example', '10.0.0.1'])
      expect(await isAtAGlance(from(far))).toBe(false)
    for (const unreadable of ['localhost:65536', 'localhost:', '[::1]:99999'])
      expect(await isAtAGlance(from(unreadable))).toBe(false)
  })

  test('that is the first of its connection: Node bounds how long it takes', async () => {
    await start()
    const glance = vi.spyOn(started.sidecar.lookup, 'fresh')
    const socket = openSocket(started.url)
    for (const isFirst of [true, false]) {
      socket.write(written(get('xiaoming')))
      expect(readAnswer(await nextAnswer(socket)).status).toBe(200)
      expect(glance).toHaveBeenCalledTimes(isFirst ? 0 : 1)
    }
    socket.destroy()
  })

  test('for a user that Tencent does not know, or whose tags are stale', async () => {
    await start()
    expect(await isAtAGlance(get('ghost'))).toBe(false)
    expect(await isAtAGlance(batch({ users: ['xiaoming', 'ghost'] }))).toBe(false)
    letTimePass(56_999)
    expect(await isAtAGlance(get('xiaoming'))).toBe(true)
    letTimePass(1)
    expect(await isAtAGlance(get('xiaoming'))).toBe(false)
  })

  test('without the access token, where one is asked for', async () => {
    await start({ TAGSIDE_ACCESS_TOKEN: 'token-of-sixteen-or-more' })
    for (const asked of [get('xiaoming'), batch({ users: ['xiaoming'] })]) {
      for (const wrong of [
        'Bearer token-of-sixteen-or-mare',
        'Basic token-of-sixteen-or-more',
        '',
      ]) {
        const sent = wrong === '' ? [] : [`Authorization: ${wrong}`]
        const refused = { ...asked, headers: [...asked.headers, ...sent] }
        expect(await isAtAGlance(refused)).toBe(false)
        expect((await ask(refused)).slice(9, 12)).toBe('401')
      }
      expect(await isAtAGlance({ ...asked, headers: [...asked.headers, ...authorization] })).toBe(
        true,
      )
    }
  })

  test('once the sidecar drains', async () => {
    await start()
    started.sidecar.beginDrain()
    expect((await ask(get('xiaoming'))).slice(9, 12)).toBe('503')
    expect((await ask(batch({ users: ['xiaoming'] }))).slice(9, 12)).toBe('503')
  })
})

test('an answer at a glance is counted like one of the long way', async () => {
  await start()
  const counted = async (asked: Asked): Promise<unknown> => {
    const before = await counts()
    await ask(asked)
    const after = await counts()
    return after.map(([name, value], index) => [name, value - (before[index]?.[1] ?? 0)])
  }
  for (const asked of [get('xiaoming'), batch({ users: ['xiaoming', 'user-1', 'xiaoming'] })]) {
    const longWay = { ...asked, headers: [...asked.headers, LONG_WAY] }
    const counting = await counted(asked)
    expect(counting).toContainEqual([expect.stringContaining('http_requests_total'), 1])
    expect(counting).toEqual(await counted(longWay))
  }
})

/** The series of requests and lookups; how long a request took is not the same twice, how many there were is. */
async function counts(): Promise<[series: string, value: number][]> {
  const scraped = await (await fetch(`${started.opsUrl}/metrics`)).text()
  return scraped
    .split('\n')
    .filter((line) => /^tagside_(?:http_requests|http_.*_count|.*lookups|.*outcomes)/.test(line))
    .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))])
}

/** Asks for what stands in `pieces`, one after the other, and returns the answers, in which so many ids are. */
async function answersTo(pieces: readonly string[], answers: number): Promise<string[]> {
  const socket = await openConnection()
  let came = ''
  const isComplete = Promise.withResolvers<void>()
  socket.on('data', (part: Buffer) => {
    came += part.toString()
    if (came.split('HTTP/1.1 ').length > answers) isComplete.resolve()
  })
  for (const piece of pieces) {
    socket.write(piece)
    // What is answered after it tells that the piece is there.
    await ask(get('A'))
  }
  await isComplete.promise
  socket.destroy()
  return came.split(/(?=HTTP\/1\.1 )/)
}

const MIXED: readonly Asked[] = [
  get('xiaoming'),
  get('xiaohong'),
  get('ghost'),
  get('user-1', LONG_WAY),
  batch({ users: ['xiaoming', 'user-1'] }),
  batch({ users: ['小明', 'xiaohong'] }),
  batch({ users: 'xiaoming' }),
]

test('answers come in the order of their requests and are those of each alone, at a glance or not, wherever the bytes are cut', async () => {
  await start()
  const alone = new Map<Asked, unknown>()
  for (const asked of MIXED) alone.set(asked, await comparable(await ask(asked)))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...MIXED), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(1_200), { maxLength: 4 }),
      async (sequence, cuts) => {
        const whole = sequence.map(written).join('')
        const ends = [...cuts, whole.length].toSorted((a, b) => a - b)
        const pieces = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end))
        const answers = await answersTo(
          pieces.filter((piece) => piece !== ''),
          sequence.length,
        )
        const expected = sequence.map((asked) => alone.get(asked))
        expect(await Promise.all(answers.map(comparable))).toEqual(expected)
      },
    ),
    { seed: 60_567, numRuns: 40 },
  )
})

test('requests that come together are answered at a glance up to the first that cannot be, and after it again', async () => {
  await start()
  const longWay = vi.spyOn(started.sidecar.lookup, 'lookup')
  const socket = await openConnection()
  const together = [
    get('xiaoming'),
    get('xiaohong'),
    get('ghost'),
    get('user-1', 'X-Request-Id: last'),
  ]
  socket.write(together.map(written).join(''))
  let came = ''
  while (!came.includes('X-Request-Id: last')) came += String(await once(socket, 'data'))
  expect(longWay.mock.calls.map(([asked]) => asked)).toEqual([['ghost'], ['user-1']])
  longWay.mockClear()
  for (const one of [get('xiaoming'), batch({ users: PLAIN })]) {
    socket.write(written(one))
    expect(readAnswer(await nextAnswer(socket)).status).toBe(200)
  }
  expect(longWay).not.toHaveBeenCalled()
  socket.destroy()
})

test.each(['', '\r\n', '\r\n\r\n'])(
  'a body is not taken for a request when its own was answered before it came, behind %j',
  async (before) => {
    await start()
    const socket = await openConnection()
    const inner = written(get('xiaoming', 'X-Request-Id: inner'))
    const lines = `Host: localhost\r\nContent-Length: 500\r\nX-Padding: ${'x'.repeat(200)}`
    const head = `POST /nowhere HTTP/1.1\r\n${lines}\r\n\r\n`
    // As much is missing as if the first empty line were the end of the head.
    socket.write(before + head.padEnd(500))
    expect(await nextAnswer(socket)).toMatch(/^HTTP\/1\.1 404 /)
    socket.write(inner.padEnd(head.length) + written(get('xiaoming', 'X-Request-Id: next')))
    expect(await nextAnswer(socket)).toContain('X-Request-Id: next')
    socket.destroy()
  },
)

test('a body that is not UTF-8 is no JSON, wherever the broken byte stands', async () => {
  await start()
  const asked = batch({ users: ['xiaoming'], more: '?' })
  const socket = await openConnection()
  socket.write(Buffer.from(written(asked).replace('?', '\xff'), 'latin1'))
  const answer = readAnswer(await nextAnswer(socket))
  socket.destroy()
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid-request' }])
})

test('a hit whose request was on its way when the listener closed is answered, and ends its connection', async () => {
  await start()
  const socket = await openConnection()
  const whole = written(get('xiaoming'))
  socket.write(whole + whole.slice(0, 20))
  await once(socket, 'data')
  const closed = started.sidecar.data.close()
  socket.write(whole.slice(20))
  expect(await text(socket)).toContain('Connection: close')
  await closed
})
