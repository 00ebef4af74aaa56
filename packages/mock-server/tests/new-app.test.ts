import { expect, test } from 'vitest'

import { createFakeTencent } from '../src/index.ts'
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
