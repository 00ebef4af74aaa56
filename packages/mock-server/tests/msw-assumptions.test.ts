import dns from 'node:dns'
import { createServer } from 'node:http'

import { Interceptor } from '@mswjs/interceptors'
import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import { SocketInterceptor } from '@mswjs/interceptors/net'
import type { HttpHandler } from 'msw'
import { getResponse, http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { Agent, MockAgent, ProxyAgent, request } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeTencent } from '../src/index.ts'

// What the installed MSW does that this package is built around. A test that fails after an upgrade
// says that a pitfall has gone, and that what was done about it can be thought over.

const mocked = (): Response => HttpResponse.text('mocked')
const lookup = vi.spyOn(dns, 'lookup')

beforeEach(() => {
  lookup.mockReset().mockImplementation(noSuchName)
  for (const method of ['warn', 'error'] as const) vi.spyOn(console, method).mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('setupServer', () => {
  test("P1: does not see undici's own request, which goes to the network", async () => {
    using _ = listening([http.all('*/v4/*', mocked)])
    expect(await textOf('http://p1.invalid/v4/x')).toBe('mocked')
    await expect(request('http://p1.invalid/v4/x')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test('P2: takes no notice of the option by its old name, and lets the request out', async () => {
    const server = setupServer()
    const options: object = { onUnhandledRequest: 'error' }
    server.listen(options)
    await expect(fetch('http://p2.invalid/')).rejects.toMatchObject({
      cause: { code: 'ENOTFOUND' },
    })
    server.close()
  })

  test('P3: when strict, keeps calls from a server on loopback', async () => {
    await using local = await localServer()
    using _ = listening([])
    await expect(fetch(local.url)).rejects.toThrow('fetch failed')
    expect(local.requests).toBe(0)
  })

  test('P4: answers */v4/* on loopback too', async () => {
    await using local = await localServer()
    using _ = listening([http.all('*/v4/*', mocked)])
    expect(await textOf(`${local.url}/v4/x`)).toBe('mocked')
  })

  test('P5: goes to the network, however strict, if a handler returns nothing', async () => {
    using _ = listening([http.all('*', () => {})])
    await expect(fetch('http://p5.invalid/')).rejects.toMatchObject({
      cause: { code: 'ENOTFOUND' },
    })
  })

  test('P6: makes a 500 with a stack of what a handler throws', async () => {
    using _ = listening([
      http.all('*', () => {
        throw new Error('reset')
      }),
    ])
    const response = await fetch('http://p6.invalid/')
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ message: 'reset', stack: expect.any(String) })
  })

  test('P6: prints for defaults.error() in a callback, and lets the request out', async () => {
    const server = setupServer()
    server.listen({ onUnhandledFrame: ({ defaults }) => defaults.error() })
    await expect(fetch('http://p6.invalid/')).rejects.toMatchObject({
      cause: { code: 'ENOTFOUND' },
    })
    server.close()
  })

  test('P7: gives HttpResponse.error() no code', async () => {
    using _ = listening([http.all('*', () => HttpResponse.error())])
    const failure: unknown = await fetch('http://p7.invalid/').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(TypeError)
    expect(failure).not.toHaveProperty('cause.code')
  })

  test('P8: takes a body that breaks off, without Content-Length, for a whole one', async () => {
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>()
    using _ = listening([http.all('*', () => new Response(brokenOff(hasBegun)))])
    const reader = (await fetch('http://p8.invalid/')).body?.getReader()
    expect(await reader?.read()).toMatchObject({ done: false })
    begin()
    expect(await reader?.read()).toMatchObject({ done: true })
  })

  test('P12: looks a handler up in the wrong boundary where connections are few', async () => {
    const server = setupServer()
    server.listen({ onUnhandledFrame: 'error' })
    const dispatcher = new Agent({ connections: 2 })
    const ask = server.boundary.bind(server)
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, number) => {
        const asked = ask(async () => {
          server.use(http.all('*', () => HttpResponse.text(String(number))))
          const init: object = { dispatcher }
          return (await fetch('http://p12.invalid/', init)).text()
        })
        return (await asked()) === String(number)
      }),
    )
    expect(answers.filter((isRight) => !isRight).length).toBeGreaterThan(10)
    server.close()
  })

  test('P13, gone: answers from the first request on, also right after another interceptor', async () => {
    const interceptor = new HttpRequestInterceptor()
    interceptor.apply()
    interceptor.on('request', ({ controller }) => controller.respondWith(new Response('first')))
    expect(await textOf('http://p13.invalid/')).toBe('first')
    interceptor.dispose()
    using _ = listening([http.all('*', mocked)])
    expect(await textOf('http://p13.invalid/')).toBe('mocked')
  })

  test('P15: shares the progress of a generator between calls', async () => {
    using _ = listening([
      http.all('*', function* () {
        yield HttpResponse.text('1')
        yield HttpResponse.text('2')
        return HttpResponse.text('last')
      }),
    ])
    expect(await textOf('http://p15.invalid/')).toBe('1')
    const asked = Array.from({ length: 4 }, () => textOf('http://p15.invalid/'))
    expect((await Promise.all(asked)).sort()).toEqual(['2', 'last', 'last', 'last'])
  })

  test('P16: matches a host without a port on no other port', async () => {
    const handlers = [http.get('https://p16.invalid/x', mocked)]
    expect(await getResponse(handlers, new Request('https://p16.invalid/x'))).toBeDefined()
    expect(await getResponse(handlers, new Request('https://p16.invalid:8443/x'))).toBeUndefined()
  })
})

describe('the interceptor', () => {
  test('P11: opens a connection for each call of a tight loop', async () => {
    using _ = listening([http.all('*', mocked)])
    let connections = 0
    const count = new AbortController()
    Interceptor.singleton(SocketInterceptor).on('connection', () => (connections += 1), {
      signal: count.signal,
    })
    for (let made = 0; made < 50; made += 1) await textOf('http://p11.invalid/')
    count.abort()
    expect(connections).toBeGreaterThan(40)
  })

  test('P17: comes after an undici MockAgent', async () => {
    await using fake = createFakeTencent()
    fake.intercept()
    const agent = new MockAgent()
    agent.get('https://p17.invalid').intercept({ path: '/v4/x' }).reply(200, 'agent')
    const answer = await request('https://p17.invalid/v4/x', { dispatcher: agent })
    expect(await answer.body.text()).toBe('agent')
  })

  test('P17: lets an undici ProxyAgent dial its proxy, and sees no more of a call', async () => {
    const interceptor = new HttpRequestInterceptor()
    interceptor.apply()
    const seen: string[] = []
    interceptor.on('request', ({ request: { method, url } }) => seen.push(`${method} ${url}`))
    await using local = await localServer()
    const agent = new ProxyAgent(local.url)
    const asked = request('https://p17.invalid/v4/x', { dispatcher: agent })
    await expect(asked).rejects.toThrow('Proxy')
    await agent.close()
    interceptor.dispose()
    expect(seen).toEqual(['CONNECT p17.invalid:443'])
    expect(local.connects).toEqual(['p17.invalid:443'])
  })
})

function listening(handlers: HttpHandler[]): Disposable {
  const server = setupServer(...handlers)
  server.listen({ onUnhandledFrame: 'error' })
  return { [Symbol.dispose]: () => server.close() }
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text()
}

/** A body of one part that fails once it has arrived. */
function brokenOff(hasBegun: Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('part'))
      void hasBegun.then(() => controller.error(new Error('broken off')))
    },
  })
}

/** Stands for the network: every name is unknown there. */
function noSuchName(...args: readonly unknown[]): void {
  const answer = args.at(-1)
  const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  if (typeof answer === 'function') setImmediate(() => answer(error))
}

interface LocalServer extends AsyncDisposable {
  readonly url: string
  requests: number
  /** What was asked of it as a proxy. */
  readonly connects: (string | undefined)[]
}

/** A real server, also as a proxy that lets nobody through, and what reached it. */
async function localServer(): Promise<LocalServer> {
  const server = createServer((_, response) => {
    local.requests += 1
    response.end('local')
  })
  server.on('connect', ({ url }, socket) => {
    local.connects.push(url)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const local: LocalServer = {
    url: `http://127.0.0.1:${port}`,
    requests: 0,
    connects: [],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return local
}
