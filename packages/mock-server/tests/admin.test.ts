import { describe, expect, test } from 'vitest'

import { defaultSettings, writtenSettings } from '../src/engine/settings.ts'
import type { FakeTencentOptions } from '../src/index.ts'
import { createFakeTencent, ManualClock } from '../src/index.ts'
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
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return [response.status, await (isJson === true ? response.json() : response.text())]
  }
  return { fake, admin, [Symbol.asyncDispose]: () => server.close() }
}

const emptySnapshot = {
  users: {},
  faults: [],
  settings: writtenSettings(defaultSettings),
  magicCalls: {},
  randomState: 1,
  advancedMs: 0,
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
        dropped: 0,
      },
    ])
    expect(await it.admin('GET', '/requests?account=ghost')).toEqual([
      200,
      { requests: [], dropped: 0 },
    ])
    expect(await it.admin('DELETE', '/requests')).toEqual([200, { deleted: 1 }])
    expect(it.fake.requests()).toEqual([])
  })

  test('shows a person how the app is and how it has been treated', async () => {
    await using it = await setUp({ clock: new ManualClock() })
    it.fake.fault('err:60007;times=1')
    await ask(it.fake, ['xiaoming', 'xiaoming'])
    await ask(it.fake, ['xiaoming'], { query: { usersig: 'x' } })
    expect(await it.admin('GET', '')).toEqual([
      200,
      `tagside-mock, a fake of Tencent Cloud Chat's tag API

app 1400000000, admin administrator, known users 1
rate 100 (sliding), latency 0, signature check on
unknown accounts error-list, ambiguity fixed
random seed 42, clock 2026-01-01T00:00:00.000Z (0 ms ahead)

How it has been treated since the start or the last reset:
  calls                               2
  most calls of one API in any second 2
  users asked for                     3
  largest batch                       2
  users asked for twice in a call     1
  calls with a bad signature          1

Faults in force, in the order of asking:
  1  err:60007;times=1  (fired 1 of 2)

All there is to call is in /__admin/openapi.json.
`,
    ])
  })

  test('shows the same page where the address ends with a slash', async () => {
    await using it = await setUp()
    expect(await it.admin('GET', '/')).toEqual([200, expect.stringContaining('a fake of')])
  })

  test('creates an app of its own for a test', async () => {
    await using it = await setUp()
    const [status, app] = await it.admin('POST', '/apps')
    expect([status, app]).toEqual([
      201,
      { sdkAppId: 1_400_000_001, secretKey: expect.any(String), adminId: 'administrator' },
    ])
    expect(await it.admin('GET', '/health?app=1400000001')).toMatchObject([200, { calls: 0 }])
    const wish = { sdkAppId: 7, secretKey: 'key', adminId: 'root' }
    expect(await it.admin('POST', '/apps', wish)).toEqual([201, wish])
  })

  test('answers 417 to an expectation that was not met', async () => {
    await using it = await setUp()
    await ask(it.fake, ['xiaoming'])
    const expectation = { account: 'xiaoming', exactly: 1 }
    expect(await it.admin('POST', '/verify', expectation)).toEqual([200, { calls: 1 }])
    expect(await it.admin('POST', '/verify', { account: 'xiaomin', timeoutMs: 1 })).toEqual([
      417,
      {
        error: 'calls that name "xiaomin": expected at least 1, got 0; near: "xiaoming" in 1',
        calls: 0,
        nearest: [{ account: 'xiaoming', calls: 1 }],
      },
    ])
  })

  test('never tells a key or a signature, but where it is asked for one', async () => {
    await using it = await setUp()
    const { secretKey } = it.fake.credentials
    const [, { usersig }] = await it
      .admin('POST', '/usersig')
      .then(([status, body]) => [status, Object(body)])
    await ask(it.fake, ['xiaoming'], { query: { usersig } })
    const paths = ['', '/health', '/requests', '/faults', '/settings', '/snapshot', '/clock']
    const told = JSON.stringify(await Promise.all(paths.map((path) => it.admin('GET', path))))
    expect(told).toContain('xiaoming')
    expect(told).not.toContain(secretKey)
    expect(told).not.toContain(usersig)
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
    ['POST', '', {}, 404, 'the admin API has no POST /__admin'],
    ['PATCH', '/faults', {}, 404, 'the admin API has no PATCH /__admin/faults'],
    ['GET', '/health?app=7', undefined, 404, 'there is no app 7'],
    ['PUT', '/users/xiaoming/tags', { tags: 'a' }, 400, 'tags: '],
    ['PUT', '/users/xiaoming/tags', { tags: [1] }, 400, 'tags.0: '],
    ['PUT', '/users/xiaoming/tags', '{"tags":', 400, 'body: broken JSON: '],
    ['PUT', '/users/xiaoming/tags', '', 400, 'body: expected JSON, got nothing'],
    ['POST', '/faults', 'null', 400, 'body: Invalid type: Expected Object'],
    ['POST', '/faults', { spec: 'reset', time: 1 }, 400, 'time: '],
    ['DELETE', '/faults/x', undefined, 400, 'id: expected a whole number'],
    ['GET', '/health?app=x', undefined, 404, 'there is no app x'],
    ['POST', '/apps', { sdkAppId: 1_400_000_000 }, 400, 'there is an app 1400000000 already'],
    ['POST', '/apps', { sdkAppId: 0 }, 400, 'sdkAppId: '],
    ['POST', '/apps', { secretKey: '' }, 400, 'secretKey: '],
    ['POST', '/seed', { users: { xiaoming: 'a' } }, 400, 'users: '],
    ['POST', '/seed', { users: { mock_reset: [] } }, 400, 'magic accounts'],
    ['POST', '/verify', { acount: 'xiaoming' }, 400, 'acount: '],
    ['POST', '/verify', { exactly: -1 }, 400, 'exactly: '],
    ['POST', '/verify', { timeoutMs: 60_001 }, 400, 'timeoutMs: '],
    ['PUT', '/clock', { advanceMs: -1 }, 400, 'advanceMs: '],
    ['PATCH', '/settings', { rate: 0 }, 400, 'rate: '],
    ['PATCH', '/settings', { latency: 'long' }, 400, 'latency: '],
    ['PATCH', '/settings', { speed: 1 }, 400, 'speed: '],
    ['POST', '/usersig', { variant: 'bad' }, 400, 'variant: '],
    ['PUT', '/keys', {}, 400, 'secretKeys: '],
    ['PUT', '/keys', { secretKeys: [] }, 400, 'secretKeys: '],
    ['PUT', '/keys', { secretKeys: [''] }, 400, 'secretKeys.0: '],
    ['PUT', '/snapshot', {}, 400, 'users: '],
    [
      'PUT',
      '/snapshot',
      { ...emptySnapshot, advancedMs: 1e16 },
      400,
      "an app's clock can be ahead by 0 to",
    ],
    ['POST', '/apps', [], 400, 'body: expected an object, got an array'],
    ['PUT', '/users/mock_reset/tags', { tags: [] }, 400, 'magic accounts'],
    ['POST', '/faults', { spec: 'er:60007' }, 400, 'near: err'],
    ['POST', '/faults', {}, 400, 'spec: '],
    ['POST', '/faults', 'x'.repeat(2 ** 24 + 1), 413, 'body: more than 16 MiB'],
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
