import { expect, test } from 'vitest'

import type { UserSigVariant } from './issue-usersig.ts'
import { issueUserSig } from './issue-usersig.ts'
import { verifyUserSig } from './usersig.ts'

const credentials = { sdkAppId: 1_400_000_000, secretKey: 'key', adminId: 'administrator' }
const nowMs = Date.UTC(2026, 0, 1)
const dayMs = 86_400_000

test.for<[UserSigVariant, number | undefined]>([
  ['valid', undefined],
  ['expired', 70001],
  ['wrong-key', 70009],
  ['other-app', 70014],
  ['other-user', 70013],
  ['garbled', 70003],
])('a UserSig that is to be %s is refused with %s', ([variant, code]) => {
  for (const identifier of ['administrator', 'xiaoming', '用户', 'x'.repeat(200)]) {
    const issued = issueUserSig(credentials, { identifier, variant }, nowMs)
    const expected = { sdkAppId: 1_400_000_000, secretKey: 'key', identifier, nowMs }
    expect(verifyUserSig(issued.usersig, expected)).toBe(code)
    expect(issued).toMatchObject({ sdkAppId: 1_400_000_000, identifier, variant })
  }
})

test('a UserSig is the admin’s and good for a day, unless told otherwise', () => {
  const { usersig, identifier } = issueUserSig(credentials, {}, nowMs)
  expect(identifier).toBe('administrator')
  const at = (later: number): unknown =>
    verifyUserSig(usersig, { ...credentials, identifier, nowMs: nowMs + later })
  expect([at(0), at(dayMs), at(dayMs + 1000)]).toEqual([undefined, undefined, 70001])
})
