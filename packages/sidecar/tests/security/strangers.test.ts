import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { problemsOf } from '../support/config-sources.ts'
import { problemOf } from '../support/problem-of.ts'
import { openSocket, rawRequest } from '../support/raw-http.ts'
import { environmentFor, type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'

const TOKEN = 'canary-token-3b1c'

let started: StartedSidecar
let withToken: StartedSidecar

beforeAll(async () => {
  started = await startSidecar({ TAGSIDE_ALLOWED_HOSTS: 'Tagside.svc, pod:7430, [fd00::1]' })
  withToken = await startSidecar({ TAGSIDE_ACCESS_TOKEN: TOKEN })
})
afterAll(async () => {
  await started[Symbol.asyncDispose]()
  await withToken[Symbol.asyncDispose]()
})

const get = 'GET /v1/users/xiaoming/tags HTTP/1.1'

describe('T3: a request is answered when its Host', () => {
  test.each([
    'localhost',
    'localhost:7430',
    'LocalHost',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.8.9.10:80',
    '[::1]',
    '[::1]:7430',
  ])('is this machine: %s', async (host) => {
    expect((await rawRequest(started.url, get, `Host: ${host}`)).status).toBe(200)
  })

  test.each(['tagside.svc', 'TAGSIDE.SVC:80', 'pod:7430', '[fd00::1]:7430'])(
    'is named in the configuration: %s',
    async (host) => {
      expect((await rawRequest(started.url, get, `Host: ${host}`)).status).toBe(200)
    },
  )
})

describe('T3: a request is refused with 403 forbidden-host when', () => {
  const refusal = { status: 403, code: 'forbidden-host', retryable: false }

  test.each([
    'example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    'notlocalhost',
    'localhost.',
    'x127.0.0.1',
    '10.0.0.1',
    '128.0.0.1',
    '0.0.0.0',
    '[::]',
    '[::2]',
    'svc',
    'pod',
    'pod:80',
    'tagside.svc.example.com',
    '127.1',
    '127.0.0.999',
    '127.0.0.1.',
    '2130706433',
    '0x7f000001',
    '[::1%25lo]',
    '[::ffff:127.0.0.1]',
    'localhost:7430@example.com',
    'example.com@localhost',
    'localhost/example.com',
    'localhost, example.com',
    'localhost:80:80',
    'http://localhost',
    '',
  ])('its Host is %s', async (host) => {
    const response = await rawRequest(started.url, get, `Host: ${host}`)
    expect(await problemOf(response)).toMatchObject(refusal)
  })

  test.each(['http://localhost', 'http://127.0.0.1:7430', 'http://example.com'])(
    'its target is absolute: %s',
    async (origin) => {
      const line = `GET ${origin}/v1/users/xiaoming/tags HTTP/1.1`
      const response = await rawRequest(started.url, line, 'Host: localhost')
      expect(await problemOf(response)).toMatchObject(refusal)
    },
  )
})

describe('T3: a request is refused with 400 invalid-request when it has more than one Host:', () => {
  test.each([
    ['localhost', 'localhost'],
    ['localhost', 'example.com'],
    ['example.com', 'localhost'],
  ])('%s and %s', async (one, other) => {
    const response = await rawRequest(started.url, get, `Host: ${one}`, `host: ${other}`)
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid-request' })
  })
})

describe('T3: a request is refused with 403 forbidden-origin when it comes from a page:', () => {
  test.each([
    'Origin: https://example.com',
    'Origin: http://localhost:7430',
    'Origin: null',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Site: NONE',
  ])('%s', async (header) => {
    const response = await rawRequest(started.url, get, 'Host: localhost', header)
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden-origin' })
  })

  test('an Origin behind nine hundred other headers', async () => {
    const others = Array.from({ length: 900 }, () => 'X:')
    const response = await rawRequest(
      started.url,
      get,
      'Host: localhost',
      ...others,
      'Origin: null',
    )
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden-origin' })
  })

  test('typed into the address bar it does not', async () => {
    const response = await rawRequest(started.url, get, 'Host: localhost', 'Sec-Fetch-Site: none')
    expect(response.status).toBe(200)
  })
})

describe('T2: a request is refused with 403 forwarded-request when it was forwarded:', () => {
  test.each([
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-For:',
    'x-forwarded-for: 10.0.0.1',
    'X-Forwarded-Host: localhost',
    'X-Real-IP: 10.0.0.1',
    'Forwarded: for=10.0.0.1',
    'Via: 1.1 proxy',
  ])('%s', async (header) => {
    const response = await rawRequest(started.url, get, 'Host: localhost', header)
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forwarded-request' })
  })
})

describe('T1: a sidecar with an access token', () => {
  const ask = (...headers: readonly string[]): Promise<Response> =>
    rawRequest(withToken.url, get, 'Host: localhost', ...headers)

  test.each([
    [],
    ['Authorization:'],
    ['Authorization: Bearer'],
    ['Authorization: Bearer wrong'],
    [`Authorization: Bearer ${TOKEN.slice(0, -1)}`],
    [`Authorization: Bearer ${TOKEN}x`],
    [`Authorization: Bearer ${TOKEN.toUpperCase()}`],
    [`Authorization: Bearer ${TOKEN} x`],
    [`Authorization: Basic ${TOKEN}`],
    [`Authorization: ${TOKEN}`],
    [`Cookie: Authorization=Bearer ${TOKEN}`],
    [`Authorization: Bearer ${TOKEN}`, 'Authorization: Bearer wrong'],
    ['Authorization: Bearer wrong', `authorization: Bearer ${TOKEN}`],
    [`Authorization: Bearer ${TOKEN}`, `Authorization: Bearer ${TOKEN}`],
  ])('refuses with 401 unauthorized: %s', async (...headers) => {
    const response = await ask(...headers)
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer')
    const problem = await problemOf(response)
    expect(problem).toMatchObject({ status: 401, code: 'unauthorized', retryable: false })
    expect(JSON.stringify(problem)).not.toContain('canary')
  })

  test.each(['Bearer', 'bearer', 'BEARER'])('answers who sends it: %s', async (scheme) => {
    expect((await ask(`Authorization: ${scheme} ${TOKEN}`)).status).toBe(200)
  })

  test('still refuses a foreign Host, before it looks at the token', async () => {
    const response = await rawRequest(withToken.url, get, 'Host: example.com')
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden-host' })
  })

  test('asks for none on its ops listener', async () => {
    expect((await fetch(`${withToken.opsUrl}/readyz`)).status).toBe(200)
  })
})

describe.each([
  ['the REST face', 'POST /v1/tags:batchGet HTTP/1.1'],
  ['invalidation', 'POST /v1/cache:invalidate HTTP/1.1'],
  ['the drop-in face', 'POST /v4/timpush/get_tag HTTP/1.1'],
  ['the older drop-in path', 'POST /v4/all_member_push/im_get_tag HTTP/1.1'],
  ['a path with nothing at it', 'DELETE /nothing HTTP/1.1'],
])('T1: on %s a guard answers first, with a problem and without a call:', (_, line) => {
  test.each([
    [400, ['Host: localhost', 'Host: localhost']],
    [403, ['Host: example.com']],
    [403, ['Host: localhost', 'Origin: null']],
    [403, ['Host: localhost', 'Via: 1.1 proxy']],
  ])('%d for %s', async (status, headers) => {
    const callsBefore = started.fake.stats.calls
    const response = await rawRequest(started.url, line, ...headers)
    expect((await problemOf(response)).status).toBe(status)
    expect(started.fake.stats.calls).toBe(callsBefore)
  })

  test('401 for no token', async () => {
    const callsBefore = withToken.fake.stats.calls
    const response = await rawRequest(withToken.url, line, 'Host: localhost')
    expect((await problemOf(response)).status).toBe(401)
    expect(withToken.fake.stats.calls).toBe(callsBefore)
  })
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
  'T1: what a form may send, %s, is refused with 415 on the REST face, without a call',
  async (type) => {
    for (const path of ['/v1/tags:batchGet', '/v1/cache:invalidate']) {
      const callsBefore = started.fake.stats.calls
      const response = await fetch(started.url + path, {
        method: 'POST',
        headers: { 'Content-Type': type },
        body: '{"users":["user-1"]}',
      })
      expect((await problemOf(response)).code).toBe('unsupported-media-type')
      expect(started.fake.stats.calls).toBe(callsBefore)
    }
  },
)

describe('T3: the ops listener', () => {
  const livez = 'GET /livez HTTP/1.1'

  test.each([
    ['forbidden-host', ['Host: example.com']],
    ['forbidden-host', ['Host: localhost.example.com:7431']],
    ['invalid-request', ['Host: localhost', 'Host: localhost']],
    ['forbidden-origin', ['Host: localhost', 'Origin: http://localhost:7431']],
    ['forbidden-origin', ['Host: localhost', 'Sec-Fetch-Site: cross-site']],
    ['forbidden-origin', ['Host: localhost', 'Sec-Fetch-Site: same-site']],
  ])('on loopback refuses with %s: %s', async (code, headers) => {
    const response = await rawRequest(started.opsUrl, livez, ...headers)
    expect((await problemOf(response)).code).toBe(code)
  })

  test.each([
    ['HTTP/1.1', ['Host: localhost']],
    ['HTTP/1.1', ['Host: tagside.svc']],
    ['HTTP/1.1', ['Host: 127.0.0.1', 'Sec-Fetch-Site: same-origin']],
    ['HTTP/1.1', ['Host: 127.0.0.1', 'Sec-Fetch-Site: none']],
    ['HTTP/1.1', ['Host: 127.0.0.1', 'X-Forwarded-For: 10.0.0.1']],
    ['HTTP/1.0', []],
  ])('on loopback answers a neighbour, by %s with %s', async (version, headers) => {
    const response = await rawRequest(started.opsUrl, `GET /livez ${version}`, ...headers)
    expect(response.status).toBe(200)
  })

  test('that is bound wide answers by any name, but no page of another origin', async () => {
    await using wide = await startSidecar({ TAGSIDE_OPS_LISTEN: '0.0.0.0:0' })
    const url = wide.opsUrl.replace('0.0.0.0', '127.0.0.1')
    expect((await rawRequest(url, livez, 'Host: 10.1.2.3:7431')).status).toBe(200)
    const fromPage = await rawRequest(url, livez, 'Host: 10.1.2.3:7431', 'Origin: null')
    expect(await problemOf(fromPage)).toMatchObject({ code: 'forbidden-origin' })
  })
})

test('T3: a refused caller is not asked for the body that it announces', async () => {
  const post = 'POST /v1/tags:batchGet HTTP/1.1'
  const announced = ['Expect: 100-continue', 'Content-Length: 9', 'Content-Type: application/json']
  const stranger = await rawRequest(started.url, post, 'Host: example.com', ...announced)
  expect(stranger.status).toBe(403)
  const socket = openSocket(started.url)
  socket.write([post, 'Host: localhost', ...announced, '', ''].join('\r\n'))
  const [first]: Buffer[] = await once(socket, 'data')
  expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  socket.destroy()
})

describe('T4: other machines and users', () => {
  test.each(['0.0.0.0:0', '[::]:0', '10.0.0.1:7430', 'example.com:7430'])(
    'cannot be listened for at %s without an access token',
    (listen) => {
      const environment = { ...environmentFor(started.fake, started.url), TAGSIDE_LISTEN: listen }
      expect(problemsOf({ environment })).toEqual([
        expect.stringContaining('other machines may connect only with an access token'),
      ])
      expect(problemsOf({ environment: { ...environment, TAGSIDE_ACCESS_TOKEN: TOKEN } })).toEqual(
        [],
      )
    },
  )

  test('other users of this machine may not ask by a socket: its file is for its user and group, whatever the umask', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tagside-'))
    const path = join(directory, 'socket')
    const before = process.umask(0)
    onTestFinished(async () => {
      process.umask(before)
      await rm(directory, { recursive: true })
    })
    await using onSocket = await startSidecar({ TAGSIDE_LISTEN: `unix:${path}` })
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('660')
    const line = 'GET /v1/users/xiaoming/tags HTTP/1.1'
    expect((await rawRequest(onSocket.url, line, 'Host: localhost')).status).toBe(200)
    expect(process.umask()).toBe(0)
  })

  test('get no user data from an ops listener that is bound wide', async () => {
    await using wide = await startSidecar({ TAGSIDE_OPS_LISTEN: '0.0.0.0:0' })
    await fetch(`${wide.url}/v1/users/xiaoming/tags`)
    const { port } = new URL(wide.opsUrl)
    const paths = ['/', '/livez', '/readyz', '/startupz', '/version', '/metrics', '/status.json']
    for (const path of [...paths, '/v1/users/xiaoming/tags', '/v4/timpush/get_tag']) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      expect(await response.text()).not.toMatch(/xiaoming|GoldMember/)
    }
  })
})

test('T3: a refusal carries the id of its request', async () => {
  const headers = ['Host: example.com', 'X-Request-Id: request-1']
  const response = await rawRequest(started.url, get, ...headers)
  expect((await problemOf(response)).requestId).toBe('request-1')
})

describe('T3: no CORS header is ever sent,', () => {
  test.each([
    ['with an answer', [get, 'Host: localhost']],
    ['to a page', [get, 'Host: localhost', 'Origin: http://localhost:7430']],
    [
      'to a preflight',
      [
        'OPTIONS /v1/tags:batchGet HTTP/1.1',
        'Host: localhost',
        'Origin: http://localhost:7430',
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Headers: content-type',
        'Access-Control-Request-Private-Network: true',
      ],
    ],
    ['with a refused method', ['OPTIONS /v1/tags:batchGet HTTP/1.1', 'Host: localhost']],
  ])('%s', async (_, head) => {
    const { headers } = await rawRequest(started.url, ...head)
    expect([...headers.keys()]).toContain('content-type')
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})
