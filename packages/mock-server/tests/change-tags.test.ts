import { describe, expect, test } from 'vitest'

import { createFakeTencent } from '../src/index.ts'
import { ask, okReply, tell } from './support/caller.ts'

const done = { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }
const unknown = (user: string): object => ({
  To_Account: user,
  ErrorCode: 70107,
  ErrorInfo: 'account does not exist',
})

const families = [
  {
    get: 'timpush/get_tag',
    add: 'timpush/add_tag',
    remove: 'timpush/remove_tag',
    clear: 'timpush/clear_all_tags',
  },
  {
    get: 'all_member_push/im_get_tag',
    add: 'all_member_push/im_add_tag',
    remove: 'all_member_push/im_remove_tag',
    clear: 'all_member_push/im_remove_all_tags',
  },
]
const [timpush, forerunner] = families

const fakeOf = (
  options: Parameters<typeof createFakeTencent>[0] = {},
): ReturnType<typeof createFakeTencent> =>
  createFakeTencent({ users: { xiaoming: ['a', 'b'], xiaohong: ['c'] }, rate: 'off', ...options })

describe.each(families)('the family of $get', ({ get, add, remove, clear }) => {
  test('adds tags behind those that are there, each tag once', async () => {
    const fake = fakeOf()
    const UserTags = [
      { To_Account: 'xiaoming', Tags: ['d', 'a', 'd', 'A'] },
      { To_Account: 'xiaohong', Tags: [] },
    ]
    expect(await tell(fake, add, { UserTags })).toEqual(done)
    expect(await tell(fake, get, { To_Account: ['xiaoming', 'xiaohong'] })).toEqual(
      okReply({ xiaoming: ['a', 'b', 'd', 'A'], xiaohong: ['c'] }),
    )
  })

  test('removes the named tags and no others', async () => {
    const fake = fakeOf()
    const UserTags = [
      { To_Account: 'xiaoming', Tags: ['b', 'c'] },
      { To_Account: 'xiaohong', Tags: ['c'] },
    ]
    expect(await tell(fake, remove, { UserTags })).toEqual(done)
    expect(await tell(fake, get, { To_Account: ['xiaoming', 'xiaohong'] })).toEqual(
      okReply({ xiaoming: ['a'], xiaohong: [] }),
    )
  })

  test('clears every tag of the users named, who stay known', async () => {
    const fake = fakeOf()
    expect(await tell(fake, clear, { To_Account: ['xiaoming'] })).toEqual(done)
    expect(await tell(fake, get, { To_Account: ['xiaoming', 'xiaohong'] })).toEqual(
      okReply({ xiaoming: [], xiaohong: ['c'] }),
    )
  })

  test('serves the known users and names each unknown one once', async () => {
    const fake = fakeOf()
    const UserTags = ['ghost', 'xiaoming', 'ghost'].map((user) => ({
      To_Account: user,
      Tags: ['b'],
    }))
    const partly = { ...done, ErrorList: [unknown('ghost')] }
    expect(await tell(fake, remove, { UserTags })).toEqual(partly)
    expect(await tell(fake, add, { UserTags })).toEqual(partly)
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['a', 'b'] }))
    expect(await tell(fake, clear, { To_Account: ['ghost', 'xiaoming', 'ghost'] })).toEqual(partly)
    expect(await ask(fake, ['xiaoming', 'ghost'])).toEqual(
      okReply({ xiaoming: [] }, [unknown('ghost')]),
    )
  })
})

describe('tags', () => {
  test('that one family writes the other reads', async () => {
    const fake = fakeOf()
    for (const [writer, reader] of [families, families.toReversed()]) {
      const UserTags = [{ To_Account: 'xiaohong', Tags: [writer?.add] }]
      await tell(fake, writer?.add ?? '', { UserTags })
      expect(await tell(fake, reader?.get ?? '', { To_Account: ['xiaohong'] })).toHaveProperty(
        'UserTags.0.Tags',
        expect.arrayContaining([writer?.add]),
      )
    }
  })

  test('are replaced with Replace 1, by the newer family alone', async () => {
    const fake = fakeOf()
    const body = { UserTags: [{ To_Account: 'xiaoming', Tags: ['x', 'b'] }], Replace: 1 }
    expect(await tell(fake, forerunner?.add ?? '', body)).toEqual(done)
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['a', 'b', 'x'] }))
    expect(await tell(fake, timpush?.add ?? '', body)).toEqual(done)
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['x', 'b'] }))
    await tell(fake, timpush?.add ?? '', { ...body, Replace: 0 })
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['x', 'b'] }))
  })

  test('are as at the start after a reset', async () => {
    const fake = fakeOf()
    await tell(fake, 'timpush/clear_all_tags', { To_Account: ['xiaoming'] })
    fake.reset()
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['a', 'b'] }))
  })

  test('belong to one app', async () => {
    const apps = [1, 2].map((sdkAppId) => ({ sdkAppId, secretKey: 'key', adminId: 'admin' }))
    const fake = fakeOf({ apps })
    await tell(fake, 'timpush/clear_all_tags', { To_Account: ['xiaoming'] })
    expect(fake.app(1)?.users.tagsOf('xiaoming')).toEqual([])
    expect(fake.app(2)?.users.tagsOf('xiaoming')).toEqual(['a', 'b'])
  })
})

describe('an account that is not known', () => {
  const UserTags = [{ To_Account: 'ghost', Tags: ['a'] }]

  test('can be passed over in silence instead', async () => {
    const fake = fakeOf({ unknownAccounts: 'omit' })
    expect(await tell(fake, 'timpush/add_tag', { UserTags })).toEqual(done)
    expect(await ask(fake, ['ghost'])).toEqual(okReply({}))
  })

  test('can be taken for a user without tags instead, known from its first tag on', async () => {
    const fake = fakeOf({ unknownAccounts: 'empty' })
    expect(await tell(fake, 'timpush/clear_all_tags', { To_Account: ['ghost'] })).toEqual(done)
    expect(fake.deleteUser('ghost')).toBe(false)
    expect(await tell(fake, 'timpush/add_tag', { UserTags })).toEqual(done)
    expect(await ask(fake, ['ghost'])).toEqual(okReply({ ghost: ['a'] }))
    expect(fake.deleteUser('ghost')).toBe(true)
  })
})

describe('a call that changes tags', () => {
  test('meets rules, headers and magic accounts like any other, and then changes nothing', async () => {
    const fake = fakeOf()
    const tags = (...users: string[]): object => ({
      UserTags: users.map((user) => ({ To_Account: user, Tags: ['x'] })),
    })
    const header = { headers: { 'x-mock-fault': 'err:91000' } }
    fake.fault('err:60007;times=1')
    const replies = [
      await tell(fake, 'timpush/add_tag', tags('xiaoming')),
      await tell(fake, 'timpush/add_tag', tags('xiaoming'), header),
      await tell(fake, 'timpush/add_tag', tags('xiaoming', 'mock_err_90045')),
      await tell(fake, 'timpush/remove_tag', tags('xiaoming', 'mock_hnag')),
      await tell(fake, 'timpush/clear_all_tags', { To_Account: ['xiaoming', 'mock_err_70500'] }),
    ]
    expect(replies.map((reply) => Object(reply).ErrorCode)).toEqual([
      60007, 91000, 90045, 60009, 70500,
    ])
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: ['a', 'b'] }))
  })

  test('leaves alone the account that each or omit is about, and serves the others', async () => {
    const fake = fakeOf({ users: { 'user-1': [], 'user-2': [], 'user-3': [] } })
    fake.fault('each:70500;account=user-1')
    fake.fault('omit;account=user-2')
    const UserTags = ['user-1', 'user-2', 'user-3'].map((user) => ({
      To_Account: user,
      Tags: ['x'],
    }))
    expect(await tell(fake, 'timpush/add_tag', { UserTags })).toMatchObject({
      ErrorCode: 0,
      ErrorList: [{ To_Account: 'user-1', ErrorCode: 70500 }],
    })
    fake.app(fake.credentials.sdkAppId)?.faults.clear()
    expect(await ask(fake, ['user-1', 'user-2', 'user-3'])).toEqual(
      okReply({ 'user-1': [], 'user-2': [], 'user-3': ['x'] }),
    )
  })

  test('has changed them when its answer is cut short on the way', async () => {
    const fake = fakeOf()
    fake.fault('trunc:5;times=1')
    const clearing = tell(fake, 'timpush/clear_all_tags', { To_Account: ['xiaoming'] })
    await expect(clearing).rejects.toThrow('other side closed')
    expect(await ask(fake, ['xiaoming'])).toEqual(okReply({ xiaoming: [] }))
  })

  test('takes every change of a magic account and keeps none', async () => {
    const fake = fakeOf()
    const UserTags = [{ To_Account: 'mock_tags_2', Tags: ['x'] }]
    expect(await tell(fake, 'timpush/add_tag', { UserTags, Replace: 1 })).toEqual(done)
    expect(await tell(fake, 'timpush/clear_all_tags', { To_Account: ['mock_tags_2'] })).toEqual(
      done,
    )
    expect(await ask(fake, ['mock_tags_2'])).toEqual(
      okReply({ mock_tags_2: ['mock-tag-1', 'mock-tag-2'] }),
    )
  })

  test('stands in the journal and before the referee with the accounts it names', async () => {
    const fake = fakeOf()
    const UserTags = ['xiaoming', 'xiaoming'].map((user) => ({ To_Account: user, Tags: [] }))
    await tell(fake, 'timpush/add_tag', { UserTags })
    expect(fake.requests()).toMatchObject([
      { path: '/v4/timpush/add_tag', accounts: ['xiaoming', 'xiaoming'], errorCode: 0 },
    ])
    expect(fake.stats).toMatchObject({ largestBatch: 2, duplicateUsersInACall: 1, usersAsked: 2 })
  })

  test('has a rate of its own', async () => {
    const fake = fakeOf({ rate: 1 })
    const apis = ['timpush/get_tag', 'timpush/clear_all_tags', 'timpush/clear_all_tags']
    const codes: unknown[] = []
    for (const api of apis) {
      codes.push(Object(await tell(fake, api, { To_Account: ['xiaoming'] })).ErrorCode)
    }
    expect(codes).toEqual([0, 0, 60007])
  })
})
