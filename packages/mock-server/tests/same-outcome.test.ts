import { Agent, request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Interception, ListeningServer } from '../src/index.ts'
import { createFakeTencent } from '../src/index.ts'
import type { CallChanges } from './support/caller.ts'
import { callInit, callUrl, tencent } from './support/caller.ts'
import { eventually } from './support/eventually.ts'

/** What a client sees of a call: an answer, or how it failed and whether an answer had begun. */
type Outcome =
  | { readonly status: number; readonly headers: object; readonly body: string }
  | { readonly status?: number | undefined; readonly failure: unknown }

type Client = (url: string, init: ReturnType<typeof callInit>) => Promise<Outcome>

const viaFetch: Client = async (url, init) => {
  let response: Response | undefined
  try {
    response = await fetch(url, init)
    const body = await response.text()
    return { status: response.status, headers: relevant(response.headers), body }
  } catch (error) {
    return { status: response?.status, failure: codeOf(error) }
  }
}

const dispatcher = new Agent({ connections: 4 })

const viaUndici: Client = async (url, init) => {
  let status: number | undefined
  try {
    const response = await request(url, { dispatcher, ...init })
    status = response.statusCode
    const body = await response.body.text()
    const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
    return { status, headers: relevant(new Headers(Object.fromEntries(headers))), body }
  } catch (error) {
    return { status, failure: codeOf(error) }
  }
}

const change = (...users: readonly string[]): CallChanges => ({
  path: '/v4/timpush/add_tag',
  body: JSON.stringify({ UserTags: users.map((user) => ({ To_Account: user, Tags: ['new'] })) }),
})

const cases: readonly [string, readonly string[], CallChanges?][] = [
  ['a lookup', ['xiaoming', 'xiaohong']],
  ['an unknown account', ['xiaoming', 'ghost']],
  ['an id beyond ASCII', ['用户']],
  ['a hundred tags', ['mock_tags_100']],
  ['a change of tags', [], change('xiaoming', 'ghost')],
  ['a change that a fault answers', [], change('xiaoming', 'mock_fin')],
  ['a failed call', ['mock_err_91000']],
  ['a failed account', ['mock_each_70107', 'xiaoming']],
  ['a mistyped magic account', ['mock_foo']],
  ['a bad gateway', ['mock_http_502']],
  ['no content', ['mock_http_204']],
  ['a broken body', ['mock_badjson']],
  ['an empty body', ['mock_emptybody']],
  ['a connection that is reset', ['mock_reset']],
  ['a connection that is closed', ['mock_fin']],
  ['a body cut short', ['mock_trunc_20']],
  ['a body cut before it begins', ['mock_trunc_0']],
  ['a slow body', ['mock_slow_20']],
  ['a late answer', ['mock_delay_20']],
  ['broken JSON', [], { body: '{' }],
  ['nothing sent', [], { body: '' }],
  ['too much sent', [], { body: 'x'.repeat(2 * 1024 * 1024) }],
  ['a GET', [], { method: 'GET' }],
  ['an unknown command', [], { path: '/v4/timpush/gettag' }],
  ['a bad signature', ['xiaoming'], { query: { usersig: 'garbled' } }],
  ['a fault asked for in a header', ['xiaoming'], { headers: { 'x-mock-fault': 'http:503' } }],
]

describe.each([
  { name: 'fetch', client: viaFetch },
  { name: 'undici', client: viaUndici },
])('$name', ({ client }) => {
  const fake = createFakeTencent({ rate: 'off' })
  let server: ListeningServer
  let interception: Interception

  beforeAll(async () => {
    server = await fake.listen()
    interception = fake.intercept()
  })
  beforeEach(() => {
    fake.reset()
  })
  afterAll(async () => {
    interception.close()
    await server.close()
  })

  test.for(cases)('sees %s in process as it does on the port', async ([, accounts, changes]) => {
    const outcomeAt = (base: string): Promise<Outcome> =>
      client(callUrl(fake, base, changes), callInit(accounts, changes))
    const onPort = await outcomeAt(server.url)
    expect(await outcomeAt(tencent)).toEqual(onPort)
    const [first, second] = fake.requests().map(({ status, errorCode, faults }) => {
      return { status, errorCode, faults }
    })
    expect(second).toEqual(first)
  })

  test('can give up on a call that hangs, in process as on the port', async () => {
    for (const base of [server.url, tencent]) {
      const leave = new AbortController()
      const changes = { signal: leave.signal }
      const outcome = client(callUrl(fake, base), callInit(['mock_hang'], changes))
      await eventually(() => fake.requests().at(-1)?.faults).toEqual(['mock_hang'])
      leave.abort()
      expect(await outcome).toEqual({ status: undefined, failure: 'AbortError' })
      await eventually(() => fake.requests().at(-1)?.durationMs).toEqual(expect.any(Number))
      fake.reset()
    }
  })
})

/** The headers that the fake writes; the others are the connection's own. */
function relevant(headers: Headers): object {
  return Object.fromEntries(
    ['content-type', 'content-length', 'server'].map((name) => [name, headers.get(name)]),
  )
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.name === 'AbortError') return 'AbortError'
  return 'code' in error ? error.code : codeOf(error.cause)
}
