import { createFakeTencent } from '@tagside/mock-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createSigner, createTagClient } from '../src/index.ts'

/** Two implementations that share no code: what one signs the other verifies, what one answers the other reads. */
const fake = createFakeTencent({ rate: 'off' })
let server: Awaited<ReturnType<typeof fake.listen>>
beforeAll(async () => {
  server = await fake.listen({ port: 0 })
})
afterAll(() => server.close())

type Credentials = typeof fake.credentials

function clientWith(change: Partial<Credentials> = {}) {
  return createTagClient({
    signer: createSigner({ ...fake.credentials, ...change }),
    baseUrl: server.url,
  })
}

describe('the client, against the mock on a real port', () => {
  test('reads tags with a signature that is verified for real', async () => {
    const reply = await clientWith().getTags(['xiaohong', 'ghost', 'xiaoming'])
    expect([...reply.tags]).toEqual([
      ['xiaohong', ['PlatinumMember', 'MonthPassUser']],
      ['xiaoming', ['GoldMember', 'WeekPassUser']],
    ])
    expect([...reply.errors.keys()]).toEqual(['ghost'])
    expect(reply.errors.get('ghost')).toMatchObject({ code: 70107, reason: 'refused' })
  })

  test.each([
    [{ secretKey: 'another key' }, 70009, 'credentials'],
    [{ sdkAppId: 1400000001 }, 70020, 'credentials'],
    [{ adminId: 'xiaoming' }, 90009, 'credentials'],
  ])('is refused with %o by its real cause', async (change, errorCode, failureClass) => {
    await expect(clientWith(change).getTags(['xiaoming'])).rejects.toMatchObject({
      errorCode,
      failureClass,
    })
  })

  test.each([
    ['mock_err_91000', { code: 'TENCENT_REFUSED', errorCode: 91000, failureClass: 'retry' }],
    ['mock_err_60007', { code: 'TENCENT_REFUSED', errorCode: 60007, failureClass: 'throttled' }],
    ['mock_err_60020', { code: 'TENCENT_REFUSED', errorCode: 60020, failureClass: 'operator' }],
    ['mock_http_502', { code: 'TENCENT_HTTP_STATUS', status: 502, failureClass: 'retry' }],
    ['mock_http_429', { code: 'TENCENT_HTTP_STATUS', status: 429, failureClass: 'throttled' }],
    ['mock_reset', { code: 'TENCENT_UNREACHABLE', failureClass: 'retry' }],
    ['mock_fin', { code: 'TENCENT_UNREACHABLE', failureClass: 'retry' }],
    ['mock_trunc_20', { code: 'TENCENT_UNREACHABLE', failureClass: 'retry' }],
    ['mock_badjson', { code: 'TENCENT_INVALID_REPLY', failureClass: 'retry' }],
    ['mock_emptybody', { code: 'TENCENT_INVALID_REPLY', failureClass: 'retry' }],
  ])('tells what %s is', async (account, failure) => {
    await expect(clientWith().getTags(['xiaoming', account])).rejects.toMatchObject(failure)
  })

  test('gives up on a call that hangs', async () => {
    const client = createTagClient({
      signer: createSigner(fake.credentials),
      baseUrl: server.url,
      callTimeoutMs: 200,
    })
    await expect(client.getTags(['mock_hang'])).rejects.toMatchObject({ code: 'TENCENT_TIMEOUT' })
  })

  test('signs anew and repeats once when Tencent takes its UserSig for expired', async () => {
    const before = fake.stats.calls
    const reply = await clientWith().getTags(['mock_err_70001_x1', 'xiaoming'])
    expect(reply.tags.get('xiaoming')).toEqual(['GoldMember', 'WeekPassUser'])
    expect(fake.stats.calls - before).toBe(2)
  })

  test.each(['mock_shuffle', 'mock_dup', 'mock_omit', 'mock_tags_0', 'mock_tags_100'])(
    'gives everybody their own tags beside %s',
    async (odd) => {
      const reply = await clientWith().getTags(['xiaoming', odd, 'xiaohong'])
      expect(reply.tags.get('xiaoming')).toEqual(['GoldMember', 'WeekPassUser'])
      expect(reply.tags.get('xiaohong')).toEqual(['PlatinumMember', 'MonthPassUser'])
      expect(reply.tags.has(odd)).toBe(!reply.errors.has(odd))
    },
  )

  test('leaves a user out of the tags whom the reply leaves out', async () => {
    const { errors } = await clientWith().getTags(['mock_omit', 'xiaoming'])
    expect(errors.get('mock_omit')).toMatchObject({ code: 91000, reason: 'missing' })
  })
})
