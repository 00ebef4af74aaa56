import { gzipSync } from 'node:zlib'

import { describe, expect, test, vi } from 'vitest'

import { createTagClient, UnreachableError } from '../src/index.ts'
import { aSigner, clientOf, rejectionOf } from './support/client.ts'
import { openUpstream, replyWith, tagged } from './support/loopback-upstream.ts'
import type { Answer } from './support/loopback-upstream.ts'

const users = ['xiaoming']
const KIB = 1024

function status(code: number, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(code, headers).end('<html>canary</html>')
  }
}

describe('an HTTP status other than 2xx', () => {
  test.each([
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [408, 'retry'],
    [429, 'throttled'],
    [403, 'unknown'],
    [404, 'unknown'],
    [302, 'unknown'],
    [307, 'unknown'],
  ])('%i has the class %s', async (code, failureClass) => {
    await using upstream = await openUpstream(status(code, { Location: '/elsewhere' }))
    const error = await rejectionOf(clientOf(upstream).getTags(users))
    expect(error).toMatchObject({
      code: 'TENCENT_HTTP_STATUS',
      status: code,
      failureClass,
      retryAfterMs: undefined,
      message: expect.stringContaining(`${upstream.baseUrl} was answered with HTTP status ${code}`),
    })
    expect(String(error)).not.toContain('canary')
    expect(upstream.calls).toHaveLength(1)
  })

  test('says how long to wait, if upstream does', async () => {
    await using upstream = await openUpstream(status(503, { 'Retry-After': '7' }))
    await expect(clientOf(upstream).getTags(users)).rejects.toMatchObject({ retryAfterMs: 7000 })
  })

  test('frees the connection though the body has no end', async () => {
    const closed = Promise.withResolvers<void>()
    await using upstream = await openUpstream((response) => {
      response.on('close', closed.resolve)
      response.writeHead(502).write('x')
    })
    await expect(clientOf(upstream).getTags(users)).rejects.toMatchObject({ status: 502 })
    await closed.promise
  })
})

describe('an upstream that cannot be reached', () => {
  test.each<[string, Answer]>([
    ['resets before it answers', (response) => response.socket?.resetAndDestroy()],
    ['closes before it answers', (response) => response.socket?.end()],
    [
      'resets in the body',
      (response) => response.write('{"ErrorCode"', () => response.socket?.resetAndDestroy()),
    ],
    [
      'closes short of its Content-Length',
      (response) =>
        response
          .writeHead(200, { 'Content-Length': '100' })
          .write('{"ErrorCode":0}', () => response.socket?.end()),
    ],
    [
      'closes before the last chunk',
      (response) => response.write('{"ErrorCode":0}', () => response.socket?.end()),
    ],
    ['does not speak HTTP', (response) => response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n')],
    [
      'wants another protocol',
      (response) =>
        response.socket?.write('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    ['breaks its own compression', replyWith('not gzip at all', { 'Content-Encoding': 'gzip' })],
  ])('%s', async (_, answer) => {
    await using upstream = await openUpstream(answer)
    const error = await rejectionOf(clientOf(upstream).getTags(users))
    expect(error).toBeInstanceOf(UnreachableError)
    expect(error).toMatchObject({
      code: 'TENCENT_UNREACHABLE',
      failureClass: 'retry',
      cause: expect.any(Error),
      message: expect.stringMatching(
        /^get_tag at http:\/\/127\.0\.0\.1:\d+ got no complete .+\(\w+\)/,
      ),
    })
  })

  test('refuses connections', async () => {
    const upstream = await openUpstream(tagged())
    await upstream[Symbol.asyncDispose]()
    await expect(clientOf(upstream).getTags(users)).rejects.toMatchObject({
      code: 'TENCENT_UNREACHABLE',
      message: expect.stringContaining('(ECONNREFUSED)'),
    })
  })

  test('has no name', async () => {
    const client = createTagClient({ signer: aSigner(), baseUrl: 'https://nowhere.invalid' })
    await expect(client.getTags(users)).rejects.toMatchObject({
      code: 'TENCENT_UNREACHABLE',
      message: expect.stringMatching(/https:\/\/nowhere\.invalid got .+\((ENOTFOUND|EAI_AGAIN)\)/),
    })
  })

  test('speaks no TLS', async () => {
    await using upstream = await openUpstream(tagged())
    const client = clientOf({ baseUrl: upstream.baseUrl.replace('http:', 'https:') })
    await expect(client.getTags(users)).rejects.toMatchObject({ code: 'TENCENT_UNREACHABLE' })
    expect(upstream.calls).toHaveLength(0)
  })
})

describe('an upstream that is too slow', () => {
  test.each<[string, Answer]>([
    ['never answers', () => undefined],
    ['stops after the headers', (response) => response.flushHeaders()],
    ['stops in the body', (response) => response.write('{"ErrorCode"')],
    [
      'drips without end',
      (response) => {
        const drip = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(drip))
      },
    ],
  ])('%s', async (_, answer) => {
    await using upstream = await openUpstream(answer)
    await expect(clientOf(upstream, { callTimeoutMs: 100 }).getTags(users)).rejects.toMatchObject({
      code: 'TENCENT_TIMEOUT',
      timeoutMs: 100,
      failureClass: 'retry',
    })
    await upstream.connectionEnded
  })

  test('has a body that knows of no signal', async () => {
    let cancelled = false
    const body = new ReadableStream({ cancel: () => void (cancelled = true) })
    const client = createTagClient({
      signer: aSigner(),
      region: 'tokyo',
      callTimeoutMs: 20,
      fetch: () => Promise.resolve(new Response(body)),
    })
    await expect(client.getTags(users)).rejects.toMatchObject({ code: 'TENCENT_TIMEOUT' })
    expect(cancelled).toBe(true)
  })

  test('gets 4 s unless told otherwise', async () => {
    const client = createTagClient({
      signer: aSigner(),
      region: 'tokyo',
      fetch: (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    })
    vi.useFakeTimers()
    try {
      const outcome = rejectionOf(client.getTags(users))
      await vi.advanceTimersByTimeAsync(3999)
      expect(vi.getTimerCount()).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      await expect(outcome).resolves.toMatchObject({ code: 'TENCENT_TIMEOUT', timeoutMs: 4000 })
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a caller who leaves', () => {
  const reason = new Error('left')

  test.each<[string, Answer]>([
    ['before the headers', () => undefined],
    ['in the body', (response) => response.write('{')],
  ])('%s gets the own reason back, and the call ends', async (_, answer) => {
    const caller = new AbortController()
    const closed = Promise.withResolvers<void>()
    await using upstream = await openUpstream((response, call) => {
      response.on('close', closed.resolve)
      answer(response, call)
      setImmediate(() => caller.abort(reason))
    })
    const reply = clientOf(upstream).getTags(users, { signal: caller.signal })
    await expect(reply).rejects.toBe(reason)
    await closed.promise
  })

  test('before the call sends nothing', async () => {
    await using upstream = await openUpstream(tagged())
    const reply = clientOf(upstream).getTags(users, { signal: AbortSignal.abort(reason) })
    await expect(reply).rejects.toBe(reason)
    expect(upstream.calls).toHaveLength(0)
  })
})

describe('a reply that is too large', () => {
  const body = JSON.stringify({ ErrorCode: 0, padding: 'x'.repeat(1000) })

  test('is one byte over the bound, not one at it', async () => {
    await using upstream = await openUpstream(replyWith(body))
    const replyMaxBytes = Buffer.byteLength(body)
    await expect(clientOf(upstream, { replyMaxBytes }).getTags(users)).resolves.toBeDefined()
    await expect(
      clientOf(upstream, { replyMaxBytes: replyMaxBytes - 1 }).getTags(users),
    ).rejects.toMatchObject({
      code: 'TENCENT_INVALID_REPLY',
      reason: `the body is over ${replyMaxBytes - 1} bytes`,
    })
  })

  test('is not read to its end', async () => {
    let sentBytes = 0
    const closed = Promise.withResolvers<void>()
    await using upstream = await openUpstream((response) => {
      const chunk = ' '.repeat(64 * KIB)
      const pump = (): void => {
        while (response.write(chunk)) sentBytes += chunk.length
      }
      response.on('drain', pump).on('close', closed.resolve)
      pump()
    })
    await expect(clientOf(upstream).getTags(users)).rejects.toMatchObject({
      reason: 'the body is over 2097152 bytes',
    })
    await closed.promise
    expect(sentBytes).toBeLessThan(64 * KIB * KIB)
  })

  test('is counted as decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * KIB * KIB, ' '))
    expect(bomb.byteLength).toBeLessThan(64 * KIB)
    await using upstream = await openUpstream((response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
    })
    await expect(clientOf(upstream).getTags(users)).rejects.toMatchObject({
      reason: 'the body is over 2097152 bytes',
    })
  })
})

describe('a reply in an encoding', () => {
  const ended = (encoding: string): Answer => replyWith('canary', { 'Content-Encoding': encoding })

  test.each([
    ['that nobody knows', 'sdch', 'the body has an unknown encoding'],
    ['that nobody knows, among others', 'gzip, sdch', 'the body has an unknown encoding'],
    ['upon many others', Array(1000).fill('gzip').join(), 'the body is encoded many times'],
  ])('%s is invalid, and its connection ends', async (_, encoding, reason) => {
    await using upstream = await openUpstream(ended(encoding))
    const error = await rejectionOf(clientOf(upstream).getTags(users))
    expect(error).toMatchObject({ code: 'TENCENT_INVALID_REPLY', reason })
    await upstream.connectionEnded
  })
})

describe('a reply that is not what Tencent documents', () => {
  test.each([
    ['', 'the body is empty'],
    ['<html>canary</html>', 'the body is not JSON'],
    [Buffer.from('{"ErrorCode":0,"canary":"\xFF"}', 'latin1'), 'the body is not UTF-8'],
    ['{"ErrorCode":"0","canary":1}', 'ErrorCode is absent or not an integer'],
  ])('is invalid: %j', async (body, reason) => {
    await using upstream = await openUpstream((response) => void response.end(body))
    const error = await rejectionOf(clientOf(upstream).getTags(users))
    expect(error).toMatchObject({ code: 'TENCENT_INVALID_REPLY', failureClass: 'retry', reason })
    expect(String(error)).not.toContain('canary')
  })
})
