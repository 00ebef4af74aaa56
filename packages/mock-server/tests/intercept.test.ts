import dns from 'node:dns'
import type { RequestOptions } from 'node:http'
import { Agent as HttpAgent, createServer, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { connect, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'

import { Interceptor } from '@mswjs/interceptors'
import { SocketInterceptor } from '@mswjs/interceptors/net'
import { getResponse } from 'msw'
import { setupServer } from 'msw/node'
import axios from 'axios'
import { fetch as undiciFetch, Pool, ProxyAgent, request } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createFakeTencent, UnhandledRequestError } from '../src/index.ts'
import { callInit, callUrl, okReply, tencent } from './support/caller.ts'
import { eventually } from './support/eventually.ts'
import { heapBytes } from './support/heap.ts'

const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] }, rate: 'off' })
const found = okReply({ xiaoming: ['GoldMember'] })
const url = (base = tencent): string => callUrl(fake, base)
const init = callInit(['xiaoming'])

afterEach(() => {
  vi.useRealTimers()
})

describe('an interception', () => {
  test.for<[string, () => Promise<unknown>]>([
    ['fetch', async () => (await fetch(url(), init)).json()],
    ["undici's request", async () => (await request(url(), init)).body.json()],
    ["undici's fetch", async () => (await undiciFetch(url(), init)).json()],
    [
      "undici's Pool",
      async () => {
        const pool = new Pool(tencent, { connections: 2 })
        const { body } = await pool.request({
          method: 'POST',
          path: url().slice(tencent.length),
          body: JSON.stringify({ To_Account: ['xiaoming'] }),
        })
        return body.json()
      },
    ],
    ['node:http', () => viaNode(url('http://console.tim.qq.com'), {})],
    ['node:https', () => viaNode(url(), {})],
    [
      "node:http's agents that keep connections",
      () =>
        viaNode(url('http://console.tim.qq.com'), { agent: new HttpAgent({ keepAlive: true }) }),
    ],
    [
      "node:https's agents that keep connections",
      () => viaNode(url(), { agent: new HttpsAgent({ keepAlive: true, maxSockets: 1 }) }),
    ],
    ['node:https without an agent', () => viaNode(url(), { agent: false })],
    ['axios', async () => (await axios.post(url(), init.body)).data],
    [
      'axios over fetch',
      async () => (await axios.post(url(), init.body, { adapter: 'fetch' })).data,
    ],
  ])('answers %s', async ([, call]) => {
    using _ = fake.intercept()
    expect(await call()).toEqual(found)
    expect(await call()).toEqual(found)
  })

  test.for([
    'https://adminapisgp.im.qcloud.com',
    'http://adminapi.my-imcloud.com',
    'https://console.tim.qq.com:8443',
  ])('answers at %s', async (base) => {
    using _ = fake.intercept()
    expect(await (await fetch(url(base), init)).json()).toEqual(found)
  })

  test('lets loopback pass, also on paths that it would answer elsewhere', async () => {
    await using local = await localServer()
    using _ = fake.intercept()
    for (const host of ['localhost', '127.0.0.1']) {
      const response = await fetch(url(`http://${host}:${local.port}`), init)
      expect(await response.text()).toBe('local')
    }
  })

  test('keeps a stray request from the network, remembers it and says what the nearest would be', async () => {
    using interception = fake.intercept()
    const stray = await strayOf('https://example.com/v5/timpush/get_tag?usersig=secret')
    expect(stray).toBeInstanceOf(UnhandledRequestError)
    expect(stray).toMatchObject({
      code: 'unhandled-request',
      message:
        "GET https://example.com/v5/timpush/get_tag is no call of Tencent's, and was kept from the network. " +
        'The nearest the fake answers is POST /v4/timpush/get_tag. ' +
        'Loopback passes, and so do the hosts in intercept({ allow: [...] }).',
    })
    expect(interception.unhandled).toEqual([stray])
  })

  test('keeps a call through a proxy from the network, and says that it cannot be seen', async () => {
    using interception = createFakeTencent().intercept()
    const agent = new ProxyAgent('http://127.0.0.1:9')
    await expect(request(tencent, { dispatcher: agent })).rejects.toThrow('Behind a proxy')
    await agent.close()
    expect(interception.unhandled.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^CONNECT console\.tim\.qq\.com:443 is .* use none in tests\./),
    ])
  })

  test('suggests nothing to a stray request that is near to nothing', async () => {
    using _ = fake.intercept()
    expect(await strayOf('https://example.com/users/1')).toMatchObject({
      message: expect.not.stringContaining('nearest'),
    })
  })

  test('lets a host that is allowed pass to the network, whatever the case of its letters', async () => {
    await using local = await localServer()
    using interception = fake.intercept({ allow: ['Tagside.invalid'] })
    using lookup = vi.spyOn(dns, 'lookup').mockImplementation(resolveToLoopback)
    const response = await fetch(url(`http://tagside.invalid:${local.port}`), init)
    expect(await response.text()).toBe('local')
    expect(lookup).toHaveBeenCalledOnce()
    expect(interception.unhandled).toEqual([])
  })

  test('allows no host but the one it is told', async () => {
    using interception = fake.intercept({ allow: ['tagside.invalid'] })
    expect(await strayOf('https://other.tagside.invalid/')).toBeInstanceOf(UnhandledRequestError)
    expect(interception.unhandled).toHaveLength(1)
  })

  test('leaves a connection alone on which the server speaks first, as of a database', async () => {
    const database = createTcpServer((socket) => socket.end('hello'))
    await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve))
    const address = database.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    using _ = fake.intercept()
    using lookup = vi.spyOn(dns, 'lookup').mockImplementation(resolveToLoopback)
    const socket = connect({ host: 'db.invalid', port, lookup: dns.lookup })
    expect(await text(socket)).toBe('hello')
    expect(lookup).toHaveBeenCalledOnce()
    await new Promise((resolve) => database.close(resolve))
  })

  test('answers an unknown command itself', async () => {
    using _ = fake.intercept()
    const response = await fetch(callUrl(fake, tencent, { path: '/v4/timpush/gettag' }), init)
    expect(await response.json()).toMatchObject({ ErrorCode: 60009 })
  })

  test('is the only one in its process, and makes room when it ends', () => {
    const first = fake.intercept()
    expect(() => fake.intercept()).toThrow('another interception is under way')
    first.close()
    const second = fake.intercept()
    first.close()
    expect(() => fake.intercept()).toThrow('another interception is under way')
    second.close()
  })

  test('ends with its block: the next call goes to the network', async () => {
    const host = 'https://tagside.invalid'
    {
      using _ = fake.intercept()
      expect((await fetch(url(host), init)).status).toBe(200)
    }
    // As far as the name of the host, which is not asked for.
    using lookup = vi.spyOn(dns, 'lookup').mockImplementation(() => {
      throw new Error('the network')
    })
    await expect(fetch(url(host), init)).rejects.toMatchObject({
      cause: { message: 'the network' },
    })
    expect(lookup).toHaveBeenCalledOnce()
  })

  test('ends with its fake, and so does every server', async () => {
    let address = ''
    {
      await using own = createFakeTencent()
      own.intercept()
      address = (await own.listen()).url
      expect((await fetch(address, { method: 'HEAD' })).status).toBe(200)
    }
    expect(() => fake.intercept().close()).not.toThrow()
    await expect(fetch(address, { method: 'HEAD' })).rejects.toThrow('fetch failed')
  })

  test("answers under a test's fake timers", async () => {
    using _ = fake.intercept()
    vi.useFakeTimers()
    expect(await (await fetch(url(), init)).json()).toEqual(found)
  })

  test('never dials the true host for a client that gave up on a call', async () => {
    using _ = fake.intercept()
    using lookup = vi.spyOn(dns, 'lookup')
    for (let round = 0; round < 5; round += 1) {
      const leave = new AbortController()
      const hanging = fetch(url(), callInit(['mock_hang'], { signal: leave.signal }))
      await eventually(() => fake.requests().at(-1)?.faults).toEqual(['mock_hang'])
      leave.abort()
      await expect(hanging).rejects.toThrow('aborted')
      await setImmediate()
      await setImmediate()
      expect((await fetch(url(), init)).status).toBe(200)
    }
    expect(lookup).not.toHaveBeenCalled()
  })

  test('serves 300 slow answers at once', async () => {
    using _ = fake.intercept()
    const answers = await Promise.all(
      Array.from({ length: 300 }, async () =>
        (await fetch(url(), callInit(['mock_slow_200']))).json(),
      ),
    )
    expect(answers).toEqual(Array(300).fill(okReply({ mock_slow_200: ['mock-tag-1'] })))
  })

  test('uses its connections again, as a real server would', async () => {
    using _ = fake.intercept()
    let connections = 0
    Interceptor.singleton(SocketInterceptor).on('connection', () => (connections += 1))
    for (let made = 0; made < 100; made += 1) await (await fetch(url(), init)).text()
    expect(connections).toBeLessThan(5)
  })

  test('serves thousands of calls in a row on a bounded heap', async () => {
    using _ = fake.intercept()
    const calls = async (count: number): Promise<void> => {
      for (let made = 0; made < count; made += 20) {
        const answers = Array.from({ length: 20 }, async () => (await fetch(url(), init)).text())
        await Promise.all(answers)
      }
    }
    await calls(1000)
    const before = heapBytes()
    await calls(1000)
    expect(heapBytes() - before).toBeLessThan(8 * 1024 * 1024)
  })
})

describe('the handlers', () => {
  test('serve in a setupServer of your own', async () => {
    // MSW prints what a handler throws; here that is a fault.
    using printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const server = setupServer(...fake.handlers)
    server.listen({ onUnhandledFrame: 'error' })
    // A host of its own: pools may still hold connections of the interceptions before.
    const host = 'https://adminapikr.im.qcloud.com'
    expect(await (await fetch(url(host), init)).json()).toEqual(found)
    await expect(fetch(url(host), callInit(['mock_reset']))).rejects.toMatchObject({
      cause: { code: 'ECONNRESET' },
    })
    expect(printed).toHaveBeenCalled()
    server.close()
  })

  test('always answer under /v4/ and never elsewhere', async () => {
    expect(await getResponse(fake.handlers, new Request(`${tencent}/v4/x`))).toHaveProperty(
      'status',
      200,
    )
    expect(await getResponse(fake.handlers, new Request(`${tencent}/v5/x`))).toBeUndefined()
  })
})

/** What a fetch of this URL fails with. */
async function strayOf(target: string): Promise<unknown> {
  const failure: unknown = await fetch(target).catch((error: unknown) => error)
  return failure instanceof Error ? failure.cause : failure
}

/** A server of this machine that is no fake. */
async function localServer(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((_, response) => response.end('local'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function resolveToLoopback(...args: readonly unknown[]): void {
  const answer = args.at(-1)
  if (typeof answer === 'function') answer(null, [{ address: '127.0.0.1', family: 4 }])
}

/** Calls by options instead of a URL, as the libraries over Node's own client do. */
function viaNode(target: string, options: RequestOptions): Promise<unknown> {
  const { protocol, hostname, pathname, search } = new URL(target)
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const client = protocol === 'https:' ? httpsRequest : httpRequest
  client({ hostname, path: pathname + search, method: 'POST', ...options }, (response) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('end', () => resolve(JSON.parse(Buffer.concat(parts).toString())))
  })
    .on('error', reject)
    .end(JSON.stringify({ To_Account: ['xiaoming'] }))
  return promise
}
