import { describe, expect, test } from 'vitest'

import type { FakeTencentOptions } from '../src/index.ts'
import { createFakeTencent } from '../src/index.ts'
import { ask, call, callUrl, okReply, tencent } from './support/caller.ts'
import type { CallChanges } from './support/caller.ts'

const unknown = (user: string): object => ({
  To_Account: user,
  ErrorCode: 70107,
  ErrorInfo: 'account does not exist',
})

const oddIds = [
  '__proto__',
  'constructor',
  'toString',
  'then',
  '用户',
  'a/b %?&=#',
  '6E1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F6',
]

describe('a lookup', () => {
  test('without any set-up finds the two users of the documents', async () => {
    const fake = createFakeTencent()
    expect(await ask(fake, ['xiaohong', 'xiaoming'])).toEqual(
      okReply({
        xiaohong: ['PlatinumMember', 'MonthPassUser'],
        xiaoming: ['GoldMember', 'WeekPassUser'],
      }),
    )
  })

  test('answers byte for byte in the shape of the documents', async () => {
    const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] } })
    const response = await fake.handle(call(fake, ['xiaoming', 'ghost']))
    const text = await response.text()
    expect(text).toBe(
      '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,' +
        '"UserTags":[{"To_Account":"xiaoming","Tags":["GoldMember"]}],' +
        '"ErrorList":[{"To_Account":"ghost","ErrorCode":70107,"ErrorInfo":"account does not exist"}]}',
    )
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-length': String(Buffer.byteLength(text)),
      'content-type': 'application/json',
      server: 'nginx',
    })
  })

  test('keeps the order of the request and names each account once', async () => {
    const fake = createFakeTencent({ users: { 'user-1': ['a'], 'user-2': [], 'user-3': ['c'] } })
    expect(await ask(fake, ['user-3', 'user-1', 'user-3', 'user-2', 'user-1'])).toEqual(
      okReply({ 'user-3': ['c'], 'user-1': ['a'], 'user-2': [] }),
    )
  })

  test('tells a user without tags from an unknown one', async () => {
    const fake = createFakeTencent({ users: { xiaoming: [] } })
    expect(await ask(fake, ['xiaoming', 'ghost'])).toEqual(
      okReply({ xiaoming: [] }, [unknown('ghost')]),
    )
  })

  test('is well even if every account is unknown', async () => {
    const fake = createFakeTencent()
    expect(await ask(fake, ['ghost', 'phantom', 'ghost'])).toEqual(
      okReply({}, [unknown('ghost'), unknown('phantom')]),
    )
  })

  test.for([
    ['omit', okReply({ xiaoming: [] })],
    ['empty', okReply({ xiaoming: [], ghost: [] })],
  ] as const)('can also treat unknown accounts with %s', async ([unknownAccounts, expected]) => {
    const fake = createFakeTencent({ users: { xiaoming: [] }, unknownAccounts })
    expect(await ask(fake, ['xiaoming', 'ghost'])).toEqual(expected)
  })

  test('works by the forerunner of the path too, on the same users', async () => {
    const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] } })
    const path = '/v4/all_member_push/im_get_tag'
    expect(await ask(fake, ['xiaoming'], { path })).toEqual(okReply({ xiaoming: ['GoldMember'] }))
  })

  test('finds users of any name', async () => {
    const fake = createFakeTencent({ users: new Map() })
    expect(await ask(fake, oddIds)).toEqual(okReply({}, oddIds.map(unknown)))
    for (const id of oddIds) fake.setTags(id, [`tag of ${id}`])
    expect(await ask(fake, oddIds)).toHaveProperty(
      'UserTags',
      oddIds.map((id) => ({ To_Account: id, Tags: [`tag of ${id}`] })),
    )
  })

  test('sees users come, change and go', async () => {
    const fake = createFakeTencent({ users: {} })
    const tags = ['GoldMember']
    fake.setTags('xiaoming', tags)
    tags.push('later')
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['GoldMember'] }))
    expect(fake.deleteUser('xiaoming')).toBe(true)
    expect(fake.deleteUser('xiaoming')).toBe(false)
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({}, [unknown('xiaoming')]))
  })

  test('takes 100 accounts, repeated ones counted', async () => {
    const fake = createFakeTencent()
    const accounts = Array.from({ length: 100 }, (_, index) => `user-${index}`)
    expect(await ask(fake, accounts)).toMatchObject({ ErrorCode: 0 })
    expect(await ask(fake, [...accounts, 'user-0'])).toMatchObject({
      ActionStatus: 'FAIL',
      ErrorCode: 90018,
    })
  })
})

const query = (changes: Readonly<Record<string, string | undefined>>): CallChanges => ({
  query: changes,
})

describe('a call that is wrong', () => {
  test.for<[string, CallChanges & { accounts?: unknown }, number]>([
    ['by GET', { method: 'GET' }, 60002],
    ['by PUT', { method: 'PUT' }, 60002],
    ['to an unknown path', { path: '/v4/timpush/gettag' }, 60009],
    ['to a path in other case', { path: '/v4/timpush/Get_Tag' }, 60009],
    ['to the root', { path: '/' }, 60009],
    ['without sdkappid', query({ sdkappid: undefined }), 60012],
    ['with an empty sdkappid', query({ sdkappid: '' }), 60012],
    ['for an unknown app', query({ sdkappid: '1400000001' }), 70020],
    ['for an app that is no number', query({ sdkappid: 'app' }), 70020],
    ['without identifier', query({ identifier: undefined }), 60025],
    ['without usersig', query({ usersig: undefined }), 60025],
    ['with an empty usersig', query({ usersig: '' }), 60025],
    ['without contenttype', query({ contenttype: undefined }), 60025],
    ['with another contenttype', query({ contenttype: 'xml' }), 60025],
    ['with a garbled usersig', query({ usersig: 'garbled' }), 70003],
    ['as somebody with a valid ticket who is no admin', query({ identifier: 'xiaoming' }), 90009],
    ['with an empty body', { body: '' }, 60003],
    ['with broken JSON', { body: '{' }, 90001],
    ['with JSON that is no object', { body: '[]' }, 90001],
    ['with the body null', { body: 'null' }, 90001],
    ['with an empty object', { body: '{}' }, 90001],
    ['with To_Account as text', { accounts: 'xiaoming' }, 90001],
    ['with no accounts', { accounts: [] }, 90001],
    ['with a number for an account', { accounts: ['xiaoming', 7] }, 60015],
    ['with null for an account', { accounts: [null] }, 60015],
    ['with 101 accounts', { accounts: Array.from({ length: 101 }, (_, n) => `user-${n}`) }, 90018],
  ])('%s fails with HTTP status 200 and a code', async ([, { accounts, ...changes }, code]) => {
    const fake = createFakeTencent()
    const response = await fake.handle(call(fake, accounts ?? ['xiaoming'], changes))
    expect(response.status).toBe(200)
    const reply: unknown = await response.json()
    expect(reply).toEqual({
      ActionStatus: 'FAIL',
      ErrorInfo: expect.any(String),
      ErrorCode: code,
    })
  })

  test.for([
    ['of another key', { secretKey: 'another' }, 0, 70009],
    ['of another app', { sdkAppId: 1_400_000_009 }, 0, 70014],
    ['of another user', { adminId: 'somebody' }, 0, 70013],
    ['that expired an hour ago', {}, 7_200_000, 70001],
  ] as const)('with a signature %s says so', async ([, change, ageMs, code]) => {
    const fake = createFakeTencent()
    const signer = createFakeTencent({ apps: [{ ...fake.credentials, ...change }] })
    const usersig = new URL(callUrl(signer, tencent)).searchParams.get('usersig') ?? ''
    fake.clock.advance(ageMs)
    expect(await ask(fake, ['xiaoming'], { query: { usersig } })).toMatchObject({ ErrorCode: code })
    expect(fake.stats.badSignatures).toBe(1)
  })

  test('to a path with a typo is told the nearest', async () => {
    const fake = createFakeTencent()
    expect(await ask(fake, ['xiaoming'], { path: '/v4/timpush/gettag' })).toHaveProperty(
      'ErrorInfo',
      expect.stringContaining('near: /v4/timpush/get_tag'),
    )
  })

  test('with more than 1 MiB gets the page of the gateway', async () => {
    const fake = createFakeTencent()
    const response = await fake.handle(call(fake, ['x'.repeat(1024 * 1024)]))
    expect(response.status).toBe(413)
    expect(await response.text()).toContain('413 Payload Too Large')
  })

  test('in several ways is judged from the outside in', async () => {
    const fake = createFakeTencent()
    const changes = { body: '{', query: { usersig: 'garbled', identifier: 'nobody' } }
    expect(await ask(fake, [], changes)).toMatchObject({ ErrorCode: 70003 })
    expect(await ask(fake, [], { ...changes, path: '/v4/x' })).toMatchObject({ ErrorCode: 60009 })
    expect(await ask(fake, [], { body: '{', query: { identifier: 'nobody' } })).toMatchObject({
      ErrorCode: 90009,
    })
  })
})

describe('a fake without signature check', () => {
  test('asks for the app and nothing more', async () => {
    const fake = createFakeTencent({ signatureCheck: 'off' })
    const bare = `${tencent}/v4/timpush/get_tag?sdkappid=${fake.credentials.sdkAppId}`
    const response = await fake.handle(
      new Request(bare, { method: 'POST', body: '{"To_Account":["xiaoming"]}' }),
    )
    expect(await response.json()).toMatchObject({ ErrorCode: 0 })
    expect(await ask(fake, ['xiaoming'], { query: { sdkappid: undefined } })).toMatchObject({
      ErrorCode: 60012,
    })
  })
})

describe('creating a fake', () => {
  test.for<[FakeTencentOptions, string]>([
    [{ rate: 0 }, 'rate: expected'],
    [{ rate: 1.5 }, 'rate: expected'],
    [{ latency: 'slow' }, 'latency: expected'],
    [{ latency: -1 }, 'latency: expected'],
    [{ faults: ['er:1'] }, 'is no fault'],
    [{ users: { mock_reset: [] } }, 'magic accounts'],
  ])('with %j is refused', ([options, complaint]) => {
    expect(() => createFakeTencent(options)).toThrow(complaint)
  })

  test('with the same app twice is refused', () => {
    const { credentials } = createFakeTencent()
    expect(() => createFakeTencent({ apps: [credentials, credentials] })).toThrow(RangeError)
  })
})
