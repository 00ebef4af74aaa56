import { inspect } from 'node:util'

import { describe, expect, test } from 'vitest'

import { createSigner, createTagClient, TencentError } from '../src/index.ts'
import type { Signer, TagClientOptions } from '../src/index.ts'
import { aSigner, clientOf, rejectionOf, secretKey } from './support/client.ts'
import { openUpstream, refusedWith, replyWith } from './support/loopback-upstream.ts'
import type { Answer, LoopbackUpstream, RecordedCall } from './support/loopback-upstream.ts'

const users = ['xiaoming']

/** An upstream, or something on the way, that repeats in its answer what it was asked. */
function echoed(answer: (echo: string) => Answer): Answer {
  return (response, call) => answer(echoOf(call))(response, call)
}

function echoOf({ url }: RecordedCall): string {
  const encoded = url.search.replaceAll('*', '%2A').replaceAll('_', '%5f')
  return `no such page: ${url.href}, decoded from ${encoded}`
}

const refusals: readonly [string, Answer][] = [
  ['a refusal', echoed((echo) => refusedWith(90001, echo))],
  ['an expired UserSig', echoed((echo) => refusedWith(70001, echo))],
  ['a refusal with an unknown code', echoed((echo) => refusedWith(12_345, echo))],
]

const brokenReplies: readonly [string, Answer][] = [
  ['a reply that is not JSON', echoed((echo) => replyWith(echo))],
  ['a reply of the wrong shape', echoed((echo) => replyWith({ ErrorCode: echo }))],
  ['a reply over the bound', echoed((echo) => replyWith(echo.repeat(10_000)))],
  [
    'a reply that is not UTF-8',
    (response, call) => void response.end(Buffer.from(`\xFF${echoOf(call)}`, 'latin1')),
  ],
  [
    'an HTTP status',
    (response, call) => void response.writeHead(502, echoOf(call).slice(0, 500)).end(echoOf(call)),
  ],
  ['a redirect', (response, { url }) => void response.writeHead(307, { Location: url.href }).end()],
]

const brokenConnections: readonly [string, Answer][] = [
  ['a reset', (response) => response.socket?.resetAndDestroy()],
  ['a closed connection', (response) => response.socket?.end()],
  ['an answer that is not HTTP', (response, call) => response.socket?.end(echoOf(call))],
  [
    'a broken chunk',
    (response, call) => {
      const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
      response.socket?.end(`${head}zz\r\n${echoOf(call)}`)
    },
  ],
  [
    'a body cut short',
    (response, call) =>
      response
        .writeHead(200, { 'Content-Length': '100000' })
        .write(echoOf(call), () => response.socket?.end()),
  ],
  ['silence', () => undefined],
]

describe('neither key nor UserSig is in the error after', () => {
  test.each([...refusals, ...brokenReplies, ...brokenConnections])('%s', async (_, answer) => {
    await using upstream = await openUpstream(answer)
    const { printed, signer } = await failureAt(upstream)
    expect(upstream.calls.length).toBeGreaterThan(0)
    for (const { url } of upstream.calls) {
      expect(printed).not.toContain(url.searchParams.get('usersig'))
    }
    expect(printed).not.toContain(signer.current().text.reveal())
    expect(printed).not.toContain(secretKey)
  })

  test.each<[string, (url: string) => unknown]>([
    ['a message', (url) => new Error(`request to ${url} failed`)],
    ['the message of a cause', (url) => new TypeError('failed', { cause: new Error(url) })],
    ['a field', (url) => Object.assign(new Error('failed'), { config: { url } })],
    ['its code', (url) => Object.assign(new Error('failed'), { code: url })],
    ['its name', (url) => Object.assign(new Error('failed'), { name: url })],
    ['a text thrown as it is', (url) => url],
  ])('a fetch of the caller that has the URL in %s', async (_, failure) => {
    const signer = aSigner()
    const client = createTagClient({
      signer,
      region: 'china',
      fetch: (url) => Promise.reject(failure(url instanceof URL ? url.href : '')),
    })
    const error = await rejectionOf(client.getTags(users))
    expect(error).toMatchObject({
      code: 'TENCENT_UNREACHABLE',
      cause: new Error('The original error is withheld: it quoted the UserSig or the reply.'),
    })
    expect(everythingIn(error)).not.toContain(signer.current().text.reveal())
    expect(everythingIn(error)).not.toContain('usersig=')
  })
})

test.each([...brokenReplies, ...brokenConnections])(
  'nothing of the query is in the error after %s',
  async (_, answer) => {
    await using upstream = await openUpstream(answer)
    const { printed } = await failureAt(upstream)
    expect(printed).not.toContain('usersig')
    expect(printed).not.toContain('contenttype')
    expect(printed).not.toContain(upstream.calls[0]?.url.searchParams.get('random'))
  },
)

test('what Tencent says of one user is kept without the UserSig', async () => {
  await using upstream = await openUpstream((response, call) =>
    replyWith({
      ErrorCode: 0,
      ErrorList: [{ To_Account: 'xiaoming', ErrorCode: 70107, ErrorInfo: echoOf(call) }],
    })(response, call),
  )
  const client = clientOf(upstream)
  const { errors } = await client.getTags(users)
  expect(errors.get('xiaoming')?.message).toContain('usersig=[secret]')
  expect(inspect(errors)).not.toContain(client.signer.current().text.reveal())
})

test('a refusal keeps its text apart from the message, short and without the UserSig', async () => {
  await using upstream = await openUpstream(
    echoed((echo) => refusedWith(90001, `\u001B[31m${echo}${'x'.repeat(1000)}`)),
  )
  const error = await rejectionOf(clientOf(upstream).getTags(users))
  expect(error).toMatchObject({
    message: expect.not.stringContaining('no such page'),
    errorInfo: expect.stringMatching(/^\[31mno such page: .*usersig=\[secret\]&random=.*x$/),
  })
  expect(error).toHaveProperty('errorInfo.length', 300)
})

test('client and signer show nothing', () => {
  const signer = createSigner({ sdkAppId: 1_400_000_000, secretKey, adminId: 'administrator' })
  const options: TagClientOptions = { signer, region: 'seoul' }
  const printed = everythingIn([signer, signer.current(), options, createTagClient(options)])
  expect(printed).not.toContain(secretKey)
  expect(printed).not.toContain(signer.current().text.reveal())
})

async function failureAt(upstream: LoopbackUpstream): Promise<{ printed: string; signer: Signer }> {
  const client = clientOf(upstream, { callTimeoutMs: 500, replyMaxBytes: 64 * 1024 })
  const error = await rejectionOf(client.getTags(users))
  expect(error).toBeInstanceOf(TencentError)
  return { printed: everythingIn(error), signer: client.signer }
}

/** All that a log, a crash report or a serialiser could make of a value. */
function everythingIn(value: unknown): string {
  const texts: string[] = []
  const seen = new Set<unknown>()
  const walk = (thing: unknown): void => {
    texts.push(String(thing), JSON.stringify(thing) ?? '')
    if (typeof thing !== 'object' || thing === null || seen.has(thing)) return
    seen.add(thing)
    for (const key of Reflect.ownKeys(thing)) walk(Reflect.get(thing, key))
  }
  walk(value)
  return [...texts, inspect(value, { depth: 10, showHidden: true })].join('\n')
}
