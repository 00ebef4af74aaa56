import { describe, expect, test } from 'vitest'

import { createFakeTencent } from '../src/index.ts'
import { ask, okReply, tell } from './support/caller.ts'

const addTag = 'timpush/add_tag'
const imAddTag = 'all_member_push/im_add_tag'
const done = { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }
const device = '6E1F4D2A-3B5C-4D7E-8F90-A1B2C3D4E5F6'

const numbered = (count: number, prefix = 'tag'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
const entry = (user: string, tags: readonly unknown[]): object => ({ To_Account: user, Tags: tags })
const failed = (code: number): object => expect.objectContaining({ ErrorCode: code })
const refused = (user: string, code: number): object =>
  expect.objectContaining({
    ErrorCode: 0,
    ErrorList: [expect.objectContaining({ To_Account: user, ErrorCode: code })],
  })
const fakeOf = (
  users: Readonly<Record<string, readonly string[]>>,
): ReturnType<typeof createFakeTencent> => createFakeTencent({ users, rate: 'off' })

describe.each([
  [addTag, 'UserTags'],
  ['timpush/remove_tag', 'UserTags'],
  ['timpush/clear_all_tags', 'To_Account'],
  ['timpush/get_tag', 'To_Account'],
  [imAddTag, 'UserTags'],
  ['all_member_push/im_remove_tag', 'UserTags'],
  ['all_member_push/im_remove_all_tags', 'To_Account'],
  ['all_member_push/im_get_tag', 'To_Account'],
] as const)('%s', (api, field) => {
  const bodyOf = (users: readonly unknown[]): object => ({
    [field]:
      field === 'To_Account' ? users : users.map((user) => ({ To_Account: user, Tags: ['a'] })),
  })

  test('takes 100 users, repeated ones counted, and not one more', async () => {
    const users = numbered(99, 'user')
    const fake = fakeOf(Object.fromEntries(users.map((user) => [user, []])))
    expect(await tell(fake, api, bodyOf([...users, 'user-0']))).toMatchObject(done)
    expect(await tell(fake, api, bodyOf([...users, 'user-0', 'user-0']))).toEqual({
      ActionStatus: 'FAIL',
      ErrorInfo: 'too many accounts in the request',
      ErrorCode: 90018,
    })
  })

  test('refuses a body that is not as documented, and names the field', async () => {
    const fake = fakeOf({})
    const text = `Invalid format of ${field}`
    for (const body of [{}, [], { [field]: {} }, { [field]: [] }, { [field]: 'xiaoming' }]) {
      expect(await tell(fake, api, body)).toMatchObject({ ErrorCode: 90001, ErrorInfo: text })
    }
    expect(await ask(fake, [], { path: `/v4/${api}`, body: '{' })).toMatchObject({
      ErrorCode: 90001,
      ErrorInfo: 'Fail to Parse json data of body, Please check it',
    })
    expect(await tell(fake, api, bodyOf(['xiaoming', 7]))).toEqual(failed(60015))
  })

  test('is for admins with a good signature', async () => {
    const fake = fakeOf({})
    const as = (query: Record<string, string>): Promise<unknown> =>
      tell(fake, api, bodyOf(['xiaoming']), { query })
    expect(await as({ identifier: 'xiaoming' })).toEqual(failed(90009))
    expect(await as({ usersig: 'garbled' })).toEqual(failed(70003))
  })
})

describe.each([addTag, 'timpush/remove_tag'])('%s', (api) => {
  test.for<[string, unknown]>([
    ['no object', 'xiaoming'],
    ['without tags', { To_Account: 'xiaoming' }],
    ['with tags that are no array', { To_Account: 'xiaoming', Tags: 'a' }],
    ['with a tag that is no string', entry('xiaoming', ['a', 1])],
    ['with an empty tag', entry('xiaoming', ['a', ''])],
  ])('refuses a user %s, and changes nothing', async ([, wrong]) => {
    const fake = fakeOf({ xiaohong: ['a'], xiaoming: [] })
    const UserTags = [entry('xiaohong', ['a', 'b']), wrong]
    expect(await tell(fake, api, { UserTags })).toEqual(failed(90001))
    expect(await ask(fake, ['xiaohong'])).toEqual(okReply({ xiaohong: ['a'] }))
  })
})

describe('adding tags', () => {
  test.for<[string, number, object]>([
    [addTag, 10, {}],
    [addTag, 10, { Replace: 0 }],
    [addTag, 100, { Replace: 1 }],
    [imAddTag, 10, {}],
    [imAddTag, 10, { Replace: 1 }],
  ])('by %s takes %i tags for a user with %j and not one more', async ([api, max, options]) => {
    const fake = fakeOf({ xiaohong: [], xiaoming: [] })
    const tooMany = [entry('xiaohong', ['a']), entry('xiaoming', numbered(max + 1))]
    expect(await tell(fake, api, { UserTags: tooMany, ...options })).toEqual(failed(90032))
    expect(await ask(fake, ['xiaohong'])).toEqual(okReply({ xiaohong: [] }))
    const most = [entry('xiaoming', numbered(max))]
    expect(await tell(fake, api, { UserTags: most, ...options })).toEqual(done)
  })

  test.for([2, '1', true, null])('refuses a Replace of %j', async (Replace) => {
    const UserTags = [entry('xiaoming', ['a'])]
    expect(await tell(fakeOf({ xiaoming: [] }), addTag, { UserTags, Replace })).toMatchObject({
      ErrorCode: 90001,
      ErrorInfo: 'Invalid format of Replace',
    })
  })

  test.for(['x', '文', '😀'])(
    'takes a tag of 50 bytes in UTF-8, here of %s, not of 51',
    async (unit) => {
      const fake = fakeOf({ xiaohong: [], xiaoming: [] })
      const fill = 'x'.repeat(50 % Buffer.byteLength(unit))
      const longest = unit.repeat(Math.floor(50 / Buffer.byteLength(unit))) + fill
      const tooLong = [entry('xiaohong', ['a']), entry('xiaoming', [`${longest}x`])]
      expect(await tell(fake, addTag, { UserTags: tooLong })).toEqual(failed(90034))
      expect(await tell(fake, addTag, { UserTags: [entry('xiaoming', [longest])] })).toEqual(done)
      expect(await ask(fake, ['xiaohong', 'xiaoming'])).toEqual(
        okReply({ xiaohong: [], xiaoming: [longest] }),
      )
    },
  )

  test('lets a user have 100 tags and not one more, while the others get theirs', async () => {
    const fake = fakeOf({ xiaoming: numbered(99), xiaohong: [] })
    const add = (...tags: string[]): Promise<unknown> =>
      tell(fake, addTag, { UserTags: [entry('xiaoming', tags), entry('xiaohong', tags)] })
    expect(await add('new-1', 'new-2')).toEqual(refused('xiaoming', 90032))
    expect(await ask(fake, ['xiaoming', 'xiaohong'])).toEqual(
      okReply({ xiaoming: numbered(99), xiaohong: ['new-1', 'new-2'] }),
    )
    expect(await add('new-1', 'tag-0')).toEqual(done)
    expect(await add('new-2')).toEqual(refused('xiaoming', 90032))
    expect(await add('tag-98')).toEqual(done)
  })

  test('lets an app have 1,000 different tags and not one more, however many users share them', async () => {
    const users = numbered(10, 'user')
    const fake = fakeOf({
      ...Object.fromEntries(users.map((user) => [user, numbered(100, user)])),
      xiaoming: [],
    })
    const add = (user: string, tags: readonly string[], Replace = 0): Promise<unknown> =>
      tell(fake, addTag, { UserTags: [entry(user, tags)], Replace })
    expect(await add('xiaoming', ['new'])).toEqual(refused('xiaoming', 90032))
    expect(await add('xiaoming', ['user-3-7'])).toEqual(done)
    // It gives up a tag that another user has too, so the number would grow.
    expect(await add('xiaoming', ['new'], 1)).toEqual(refused('xiaoming', 90032))
    // Each of these makes room: nobody else has the tag.
    expect(await add('user-0', ['new', ...numbered(99, 'user-0')], 1)).toEqual(done)
    await tell(fake, 'timpush/remove_tag', { UserTags: [entry('user-1', ['user-1-0'])] })
    expect(await add('xiaoming', ['new-2', 'new-3'])).toEqual(refused('xiaoming', 90032))
    expect(await add('xiaoming', ['new-2'])).toEqual(done)
  })

  test('keeps a tag to one type of account, UserID or RegistrationID, as long as it is in use', async () => {
    const fake = fakeOf({ xiaoming: ['a'], [device]: [], xiaohong: [] })
    const add = (user: string): Promise<unknown> =>
      tell(fake, addTag, { UserTags: [entry(user, ['a'])] })
    expect(await add(device)).toEqual({
      ...done,
      ErrorList: [
        {
          To_Account: device,
          ErrorCode: 90035,
          ErrorInfo: 'tag is used with another account type',
        },
      ],
    })
    expect(await add('xiaohong')).toEqual(done)
    await tell(fake, 'timpush/clear_all_tags', { To_Account: ['xiaoming', 'xiaohong'] })
    expect(await add(device)).toEqual(done)
    expect(await add('xiaoming')).toEqual(refused('xiaoming', 90035))
  })

  test('takes nothing from an app that was set up with more than the limits', async () => {
    const fake = fakeOf({ xiaoming: numbered(1200), xiaohong: [] })
    const Tags = ['tag-0', 'tag-1']
    const UserTags = [entry('xiaoming', Tags), entry('xiaohong', Tags)]
    expect(await tell(fake, addTag, { UserTags })).toEqual(done)
    expect(await tell(fake, 'timpush/remove_tag', { UserTags })).toEqual(done)
    expect(fake.app(fake.credentials.sdkAppId)?.users.tagsOf('xiaoming')).toHaveLength(1198)
  })
})
