import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { problemOf } from './support/problem-of.ts'
import { rawRequest } from './support/raw-http.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

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

describe('a request is answered when its Host', () => {
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

describe('a request is refused with 403 forbidden-host when', () => {
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

describe('a request is refused with 400 invalid-request when it has more than one Host:', () => {
  test.each([
    ['localhost', 'localhost'],
    ['localhost', 'example.com'],
    ['example.com', 'localhost'],
  ])('%s and %s', async (one, other) => {
    const response = await rawRequest(started.url, get, `Host: ${one}`, `host: ${other}`)
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid-request' })
  })
})

describe('a request is refused with 403 forbidden-origin when it comes from a page:', () => {
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

  test('typed into the address bar it does not', async () => {
    const response = await rawRequest(started.url, get, 'Host: localhost', 'Sec-Fetch-Site: none')
    expect(response.status).toBe(200)
  })
})

describe('a request is refused with 403 forwarded-request when it was forwarded:', () => {
  test.each([
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-For:',
    'X-Forwarded-Host: localhost',
    'Forwarded: for=10.0.0.1',
    'Via: 1.1 proxy',
  ])('%s', async (header) => {
    const response = await rawRequest(started.url, get, 'Host: localhost', header)
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forwarded-request' })
  })
})

describe('a sidecar with an access token', () => {
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
])('on %s a guard answers first, with a problem and without a call:', (_, line) => {
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

test('a request that declares its length and chunks as well is refused unread', async () => {
  const post = 'POST /v1/tags:batchGet HTTP/1.1'
  const lengths = ['Content-Length: 2', 'Transfer-Encoding: chunked']
  for (const headers of [lengths, lengths.toReversed()]) {
    const response = await rawRequest(started.url, post, 'Host: localhost', ...headers)
    // By Node, which writes no body: what the sidecar itself refuses is a problem.
    expect([response.status, await response.text()]).toEqual([400, ''])
  }
})

test('a refusal carries the id of its request', async () => {
  const headers = ['Host: example.com', 'X-Request-Id: request-1']
  const response = await rawRequest(started.url, get, ...headers)
  expect((await problemOf(response)).requestId).toBe('request-1')
})

describe('no CORS header is ever sent,', () => {
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
