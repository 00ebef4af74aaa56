import { describe, expect, test } from 'vitest'

import type { FakeTencentOptions } from '../src/index.ts'
import { createFakeTencent } from '../src/index.ts'
import { ask, okReply } from './support/caller.ts'

/** A fake on a port, and a way to call its admin API. */
async function setUp(options: FakeTencentOptions = {}): Promise<
  {
    fake: ReturnType<typeof createFakeTencent>
    admin: (method: string, path: string, body?: unknown) => Promise<[number, unknown]>
  } & AsyncDisposable
> {
  const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] }, ...options })
  const server = await fake.listen()
  const admin = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<[number, unknown]> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(`${server.url}/__admin${path}`, {
      method,
      ...(body === undefined ? {} : { body: text }),
    })
    return [response.status, await response.json()]
  }
  return { fake, admin, [Symbol.asyncDispose]: () => server.close() }
}

describe('the admin API', () => {
  test('tells how the fake is and how it has been treated', async () => {
    await using it = await setUp()
    await ask(it.fake, ['xiaoming', 'xiaoming'])
    expect(await it.admin('GET', '/health')).toEqual([
      200,
      {
        status: 'ok',
        sdkAppId: 1_400_000_000,
        adminId: 'administrator',
        randomSeed: 42,
        users: 1,
        calls: 1,
        maxCallsInAnySecond: 1,
        largestBatch: 2,
        duplicateUsersInACall: 1,
        badSignatures: 0,
        usersAsked: 2,
      },
    ])
  })

  test('is no call of Tencent’s: it is neither counted nor in the journal', async () => {
    await using it = await setUp()
    await it.admin('GET', '/health')
    expect(it.fake.stats.calls).toBe(0)
    expect(it.fake.requests()).toEqual([])
  })

  test.for(['xiaoming', '__proto__', '用户', 'a/b %?&#'])(
    'gives %s tags and takes the account away',
    async (user) => {
      await using it = await setUp()
      const path = `/users/${encodeURIComponent(user)}/tags`
      expect(await it.admin('PUT', path, { tags: ['a', 'b'] })).toEqual([
        200,
        { user, tags: ['a', 'b'] },
      ])
      const { UserTags } = Object(await ask(it.fake, [user]))
      expect(UserTags).toEqual([{ To_Account: user, Tags: ['a', 'b'] }])
      expect(await it.admin('DELETE', path)).toEqual([200, { user, deleted: true }])
      expect(await it.admin('DELETE', path)).toEqual([200, { user, deleted: false }])
      expect(await ask(it.fake, [user])).toMatchObject({ ErrorList: [{ ErrorCode: 70107 }] })
    },
  )

  test('puts faults in force, shows what they did, and takes them out', async () => {
    await using it = await setUp()
    const spec = 'err:60007;times=1'
    expect(await it.admin('POST', '/faults', { spec })).toEqual([
      201,
      { id: 1, spec, hits: 0, fired: 0 },
    ])
    expect(await ask(it.fake, ['xiaoming'])).toMatchObject({ ErrorCode: 60007 })
    expect(await ask(it.fake, ['xiaoming'])).toMatchObject({ ErrorCode: 0 })
    expect(await it.admin('GET', '/faults')).toEqual([
      200,
      { faults: [{ id: 1, spec, hits: 2, fired: 1 }] },
    ])
    expect(await it.admin('DELETE', '/faults')).toEqual([200, { deleted: 1 }])
    expect(await it.admin('GET', '/faults')).toEqual([200, { faults: [] }])
  })

  test('shows the journal without a signature, and empties it', async () => {
    await using it = await setUp()
    await ask(it.fake, ['xiaoming'])
    const [status, journal] = await it.admin('GET', '/requests')
    expect([status, journal]).toEqual([
      200,
      {
        requests: [
          {
            seq: 1,
            atMs: expect.any(Number),
            method: 'POST',
            path: '/v4/timpush/get_tag',
            accounts: ['xiaoming'],
            faults: [],
            status: 200,
            errorCode: 0,
            durationMs: expect.any(Number),
          },
        ],
      },
    ])
    expect(await it.admin('DELETE', '/requests')).toEqual([200, { deleted: 1 }])
    expect(it.fake.requests()).toEqual([])
  })

  test('takes an app back to its start', async () => {
    await using it = await setUp()
    it.fake.setTags('xiaoming', [])
    it.fake.fault('reset')
    expect(await it.admin('POST', '/reset')).toEqual([200, {}])
    expect(await ask(it.fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['GoldMember'] }))
    expect(it.fake.stats.calls).toBe(1)
  })

  test('is about the app that is named, else about the first', async () => {
    const apps = [1, 2].map((sdkAppId) => ({ sdkAppId, secretKey: 'key', adminId: 'admin' }))
    await using it = await setUp({ apps })
    await it.admin('PUT', '/users/xiaoming/tags?app=2', { tags: ['second'] })
    expect(it.fake.app(1)?.users.tagsOf('xiaoming')).toEqual(['GoldMember'])
    expect(it.fake.app(2)?.users.tagsOf('xiaoming')).toEqual(['second'])
    expect(await it.admin('GET', '/health?app=2')).toMatchObject([200, { sdkAppId: 2 }])
    await it.admin('POST', '/reset?app=1')
    expect(it.fake.app(2)?.users.tagsOf('xiaoming')).toEqual(['second'])
  })

  test.for<[string, string, unknown, number, string]>([
    ['GET', '/nothing', undefined, 404, 'the admin API has no GET /__admin/nothing'],
    ['GET', '', undefined, 404, 'the admin API has no GET /__admin'],
    ['PATCH', '/faults', {}, 404, 'the admin API has no PATCH /__admin/faults'],
    ['GET', '/health?app=7', undefined, 404, 'there is no app 7'],
    ['PUT', '/users/xiaoming/tags', { tags: 'a' }, 400, 'tags: '],
    ['PUT', '/users/xiaoming/tags', { tags: [1] }, 400, 'tags.0: '],
    ['PUT', '/users/xiaoming/tags', '{', 400, 'body: '],
    ['PUT', '/users/mock_reset/tags', { tags: [] }, 400, 'magic accounts'],
    ['POST', '/faults', { spec: 'er:60007' }, 400, 'near: err'],
    ['POST', '/faults', {}, 400, 'spec: '],
    ['POST', '/faults', 'x'.repeat(2 ** 20 + 1), 413, 'body: more than 1 MiB'],
  ])('refuses %s %s with %j', async ([method, path, body, status, complaint]) => {
    await using it = await setUp()
    expect(await it.admin(method, path, body)).toEqual([
      status,
      { error: expect.stringContaining(complaint) },
    ])
  })
})

describe('apps', () => {
  test('share nothing', async () => {
    const apps = [1, 2].map((sdkAppId) => ({ sdkAppId, secretKey: 'key', adminId: 'admin' }))
    const fake = createFakeTencent({ apps, users: { xiaoming: [] }, randomSeed: 1 })
    fake.fault('err:91000')
    fake.setTags('xiaoming', ['first'])
    await ask(fake, ['xiaoming'])
    const other = fake.app(2)
    expect(other?.users.tagsOf('xiaoming')).toEqual([])
    expect(other?.faults.list()).toEqual([])
    expect(other?.journal.entries()).toEqual([])
    expect(other?.referee.stats.calls).toBe(0)
    expect(fake.app(3)).toBeUndefined()
  })

  test('that a call does not name are not theirs: it is on the first app’s books', async () => {
    const fake = createFakeTencent()
    await ask(fake, ['xiaoming'], { query: { sdkappid: '7' } })
    expect(fake.requests()).toMatchObject([{ errorCode: 70020 }])
    expect(fake.stats.calls).toBe(1)
  })
})
