import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

import { describe, expect, test, vi } from 'vitest'

import { clientOf } from './support/client.ts'
import { openUpstream, replyWith, tagged } from './support/loopback-upstream.ts'

const xiaomingOnly = {
  ActionStatus: 'OK',
  ErrorInfo: '',
  ErrorCode: 0,
  UserTags: [{ To_Account: 'xiaoming', Tags: ['GoldMember', 'WeekPassUser'] }],
  ErrorList: [{ To_Account: 'ghost', ErrorCode: 70107 }],
}

describe('a call', () => {
  test('is the one that Tencent documents', async () => {
    await using upstream = await openUpstream(tagged())
    const client = clientOf(upstream)
    await client.getTags(['xiaoming', 'xiaohong'])

    const [call] = upstream.calls
    expect(call).toMatchObject({
      method: 'POST',
      body: '{"To_Account":["xiaoming","xiaohong"]}',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
    })
    expect(call?.url.pathname).toBe('/v4/timpush/get_tag')
    expect(Object.fromEntries(call?.url.searchParams ?? [])).toEqual({
      sdkappid: '1400000000',
      identifier: 'administrator',
      usersig: client.signer.current().text.reveal(),
      random: expect.stringMatching(/^\d{1,10}$/),
      contenttype: 'json',
    })
  })

  test('has a random of 32 bits, another each time', async () => {
    await using upstream = await openUpstream(tagged())
    const client = clientOf(upstream)
    for (let call = 0; call < 20; call += 1) await client.getTags(['xiaoming'])

    const randoms = upstream.calls.map(({ url }) => Number(url.searchParams.get('random')))
    expect(new Set(randoms).size).toBeGreaterThan(15)
    expect(Math.max(...randoms)).toBeLessThan(2 ** 32)
    expect(Math.max(...randoms)).toBeGreaterThan(2 ** 26)
  })

  test.each(['/prefix', '/prefix/', '/prefix//'])('goes under the path %s', async (path) => {
    await using upstream = await openUpstream(tagged())
    await clientOf({ baseUrl: upstream.baseUrl + path }).getTags(['xiaoming'])
    expect(upstream.calls[0]?.url.pathname).toBe('/prefix/v4/timpush/get_tag')
  })

  test('goes through the global fetch of the moment, instrumented or intercepted as it may be', async () => {
    await using upstream = await openUpstream(tagged())
    const client = clientOf(upstream)
    const later = vi.fn<typeof fetch>(() => Promise.resolve(new Response('{"ErrorCode":0}')))
    vi.stubGlobal('fetch', later)
    try {
      await client.getTags(['xiaoming'])
    } finally {
      vi.unstubAllGlobals()
    }
    expect(later).toHaveBeenCalledOnce()
    expect(upstream.calls).toHaveLength(0)
  })

  test('goes through the fetch that is given, and needs none', async () => {
    await using upstream = await openUpstream(tagged())
    const given = vi.fn<typeof fetch>(() => Promise.resolve(new Response('{"ErrorCode":0}')))
    await clientOf(upstream, { fetch: given }).getTags(['xiaoming'])
    expect(given).toHaveBeenCalledOnce()
    expect(upstream.calls).toHaveLength(0)

    vi.stubGlobal('fetch', undefined)
    try {
      await clientOf(upstream).getTags(['xiaoming'])
    } finally {
      vi.unstubAllGlobals()
    }
    expect(upstream.calls).toHaveLength(1)
  })

  test('asks for a user named twice once', async () => {
    await using upstream = await openUpstream(tagged('a'))
    const { tags } = await clientOf(upstream).getTags(['user-2', 'user-1', 'user-2'])
    expect(upstream.calls[0]?.body).toBe('{"To_Account":["user-2","user-1"]}')
    expect([...tags.keys()]).toEqual(['user-2', 'user-1'])
  })

  test('asks for 100 users', async () => {
    await using upstream = await openUpstream(tagged('a'))
    const users = Array.from({ length: 100 }, (_, i) => `user-${i}`)
    const { tags } = await clientOf(upstream).getTags(users)
    expect([...tags.keys()]).toEqual(users)
    expect(upstream.calls).toHaveLength(1)
  })

  test.each([
    '__proto__',
    'constructor',
    'toString',
    'then',
    '用户',
    '4D2C0B1E-8A9F-4C63-B5D7-0E1F2A3B4C5D',
    'a/b%2F?c&d=e f"\\',
    'é'.repeat(64),
  ])('asks for the user %s', async (user) => {
    await using upstream = await openUpstream(tagged('GoldMember'))
    const { tags, errors } = await clientOf(upstream).getTags([user])
    expect(tags).toEqual(new Map([[user, ['GoldMember']]]))
    expect(errors.size).toBe(0)
  })
})

describe('a reply', () => {
  test('has tags for some users and errors for others', async () => {
    await using upstream = await openUpstream(replyWith(xiaomingOnly))
    const { tags, errors } = await clientOf(upstream).getTags(['ghost', 'xiaoming', 'xiaohong'])
    expect(tags).toEqual(new Map([['xiaoming', ['GoldMember', 'WeekPassUser']]]))
    expect(errors).toEqual(
      new Map([
        ['ghost', expect.objectContaining({ code: 70107, reason: 'refused' })],
        ['xiaohong', expect.objectContaining({ code: 91000, reason: 'missing' })],
      ]),
    )
  })

  test.each([
    ['no Content-Type', {}],
    ['text/plain', { 'Content-Type': 'text/plain' }],
    ['text/html in another charset', { 'Content-Type': 'text/html; charset=gbk' }],
  ])('is read as JSON whatever it calls itself: %s', async (_, headers) => {
    await using upstream = await openUpstream(replyWith(xiaomingOnly, headers))
    const { tags } = await clientOf(upstream).getTags(['xiaoming'])
    expect(tags.size).toBe(1)
  })

  test('may begin with a byte order mark', async () => {
    await using upstream = await openUpstream(replyWith(`\uFEFF${JSON.stringify(xiaomingOnly)}`))
    const { tags } = await clientOf(upstream).getTags(['xiaoming'])
    expect(tags.size).toBe(1)
  })

  test('may be cut anywhere on its way, in the middle of a character too', async () => {
    const bytes = Buffer.from(
      JSON.stringify({ ErrorCode: 0, UserTags: [{ To_Account: '用户', Tags: ['金'] }] }),
    )
    await using upstream = await openUpstream((response) => {
      for (const byte of bytes) response.write(Buffer.of(byte))
      response.end()
    })
    const { tags } = await clientOf(upstream).getTags(['用户'])
    expect(tags).toEqual(new Map([['用户', ['金']]]))
  })

  test.each<[string, (body: string) => Buffer]>([
    ['gzip', gzipSync],
    ['X-GZip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity, gzip', gzipSync],
    ['gzip, br', (body) => brotliCompressSync(gzipSync(body))],
  ])('may have been compressed on its way though nobody asked: %s', async (coding, compressed) => {
    await using upstream = await openUpstream((response) => {
      response.writeHead(200, { 'Content-Encoding': coding })
      response.end(compressed(JSON.stringify(xiaomingOnly)))
    })
    const { tags } = await clientOf(upstream).getTags(['xiaoming'])
    expect(tags.size).toBe(1)
  })

  test('of the largest legal size fits into the bound', async () => {
    const largest = Array.from({ length: 100 }, (_, i) => `${i}`.padStart(50, '金').slice(0, 50))
    await using upstream = await openUpstream(tagged(...largest))
    const users = Array.from({ length: 100 }, (_, i) => `user-${i}`)
    const { tags } = await clientOf(upstream).getTags(users)
    expect(tags.get('user-99')).toEqual(largest)
  })
})
