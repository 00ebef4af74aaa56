import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { problemOf } from './support/problem-of.ts'
import { rawRequest } from './support/raw-http.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

let narrow: StartedSidecar
let wide: StartedSidecar

beforeAll(async () => {
  narrow = await startSidecar({ TAGSIDE_ALLOWED_HOSTS: 'pod' })
  wide = await startSidecar({ TAGSIDE_OPS_LISTEN: '0.0.0.0:0' })
})
afterAll(async () => {
  await narrow[Symbol.asyncDispose]()
  await wide[Symbol.asyncDispose]()
})

const get = 'GET /readyz HTTP/1.1'
const bounds = [
  ['on loopback', () => narrow.opsUrl],
  ['bound wide', () => wide.opsUrl],
] as const

describe('on loopback the ops listener', () => {
  test.each(['localhost', '127.0.0.1:7431', '[::1]', 'pod:7431'])(
    'answers for %s',
    async (host) => {
      expect((await rawRequest(narrow.opsUrl, get, `Host: ${host}`)).status).toBe(200)
    },
  )

  test.each([
    ['a Host that was rebound', [get, 'Host: example.com']],
    ['an absolute target', ['GET http://localhost/readyz HTTP/1.1', 'Host: localhost']],
  ])('refuses %s', async (_, head) => {
    const response = await rawRequest(narrow.opsUrl, ...head)
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden-host' })
  })
})

test.each(['10.1.2.3:7431', 'example.com'])(
  'bound wide it answers whatever the Host: %s',
  async (host) => {
    expect((await rawRequest(wide.opsUrl, get, `Host: ${host}`)).status).toBe(200)
  },
)

describe.each(bounds)('%s the ops listener', (_, opsUrl) => {
  test.each(['none', 'same-origin'])('answers a person and the page itself: %s', async (site) => {
    const response = await rawRequest(opsUrl(), get, 'Host: localhost', `Sec-Fetch-Site: ${site}`)
    expect(response.status).toBe(200)
  })

  test.each([
    'Origin: https://example.com',
    'Origin: http://localhost',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
  ])('refuses other pages: %s', async (header) => {
    const response = await rawRequest(opsUrl(), get, 'Host: localhost', header)
    expect(await problemOf(response)).toMatchObject({ status: 403, code: 'forbidden-origin' })
  })

  test('refuses a request with two Hosts', async () => {
    const response = await rawRequest(opsUrl(), get, 'Host: localhost', 'Host: localhost')
    expect(await problemOf(response)).toMatchObject({ status: 400, code: 'invalid-request' })
  })
})
