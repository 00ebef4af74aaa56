import { expect, test } from 'vitest'

import type { AppWish } from '../src/index.ts'
import { createFakeTencent, sampleApp } from '../src/index.ts'
import { ask, okReply } from './support/caller.ts'

test('an app created at run time has credentials of its own and the users of the start', async () => {
  const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] } })
  fake.setTags('xiaoming', ['SilverMember'])
  const app = fake.newApp()
  expect(fake.app(app.credentials.sdkAppId)).toBe(app)
  expect(await ask({ ...fake, credentials: app.credentials }, ['xiaoming'])).toEqual(
    okReply({ xiaoming: ['GoldMember'] }),
  )
  expect(app.journal.entries()).toHaveLength(1)
  expect(fake.requests()).toEqual([])
})

test('apps created at run time share neither id nor key', () => {
  const fake = createFakeTencent({ apps: [{ sdkAppId: 7, secretKey: 'key', adminId: 'root' }] })
  const all = [fake.credentials, fake.newApp().credentials, fake.newApp().credentials]
  expect(all.map(({ sdkAppId }) => sdkAppId)).toEqual([7, 8, 9])
  expect(new Set(all.map(({ secretKey }) => secretKey)).size).toBe(3)
})

test('a new app has a free id also where another has the highest that can be', () => {
  const highest = 2 ** 32 - 1
  const fake = createFakeTencent({ apps: [{ ...sampleApp, sdkAppId: highest }] })
  expect(fake.newApp().credentials.sdkAppId).toBe(highest - 1)
  expect(fake.newApp().credentials.sdkAppId).toBe(highest - 2)
})

test.for<[AppWish, string]>([
  [{ sdkAppId: 0 }, 'sdkAppId: expected 1 to 4294967295, got 0'],
  [{ sdkAppId: 1.5 }, 'sdkAppId: expected 1 to 4294967295, got 1.5'],
  [{ sdkAppId: 2 ** 32 }, 'sdkAppId: expected 1 to 4294967295, got 4294967296'],
  [{ secretKey: '' }, 'secretKey: expected some text, got none'],
  [{ adminId: '' }, 'adminId: expected some text, got none'],
])('there is no app with %j', ([wish, message]) => {
  const refusal = new RangeError(message)
  expect(() => createFakeTencent().newApp(wish)).toThrow(refusal)
  const { sdkAppId = 7, secretKey = 'key', adminId = 'root' } = wish
  expect(() => createFakeTencent({ apps: [{ sdkAppId, secretKey, adminId }] })).toThrow(refusal)
})

test.for([-1, 0.5, NaN, 2 ** 32])('there is no random seed %d', (randomSeed) => {
  expect(() => createFakeTencent({ randomSeed })).toThrow(
    new RangeError(`randomSeed: expected a 32-bit integer from 0, got ${randomSeed}`),
  )
})
