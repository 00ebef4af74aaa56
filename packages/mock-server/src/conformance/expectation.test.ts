import { describe, expect, test } from 'vitest'

import { either, failsWith, succeeds } from './expectation.ts'

const answer = (body: unknown, status = 200): { status: number; text: string } => ({
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
})

const ok = { ActionStatus: 'OK', ErrorCode: 0 }
const xiaoming = { To_Account: 'xiaoming', Tags: ['WeekPassUser', 'GoldMember'] }
const xiaohong = { To_Account: 'xiaohong', Tags: ['PlatinumMember', 'MonthPassUser'] }
const ghost = { To_Account: 'ghost', ErrorCode: 70107 }

describe('a call that is to succeed', () => {
  const expected = succeeds({ users: ['xiaoming', 'user-1'], unknown: ['ghost'] })

  test.for([
    [{ ...ok, UserTags: [xiaoming, { To_Account: 'user-1', Tags: [] }], ErrorList: [ghost] }],
    [{ ...ok, UserTags: [{ To_Account: 'user-1', Tags: null }, xiaoming], ErrorList: [ghost] }],
    [{ ...ok, UserTags: [xiaoming, { To_Account: 'user-1' }, xiaoming], ErrorList: [ghost] }],
  ])('may be answered %j', ([body]) => {
    expect(expected.differences(answer(body))).toEqual([])
  })

  test.for<[unknown, string]>([
    [{ ...ok, UserTags: [xiaoming], ErrorList: [ghost] }, 'missing: "user-1" with no tags'],
    [{ ...ok, UserTags: [xiaoming, xiaohong] }, 'not expected: "xiaohong" with MonthPassUser'],
    [{ ...ok, UserTags: [{ To_Account: 'xiaoming', Tags: [] }] }, 'missing: "xiaoming" with Gold'],
    [
      { ...ok, ErrorList: [{ ...ghost, ErrorCode: 90048 }] },
      'not expected: "ghost" with error 90048',
    ],
    [{ ...ok, ErrorCode: 70107 }, 'OK with 70107, expected OK with 0'],
    [{ ActionStatus: 'FAIL', ErrorCode: 90001 }, 'FAIL with 90001, expected OK with 0'],
    [{ ...ok, UserTags: 'none' }, 'UserTags: expected Array, got "none"'],
    [{ ErrorCode: 0 }, 'ActionStatus: expected'],
    ['{', 'the body is not JSON'],
  ])('may not be answered %j', ([body, difference]) => {
    expect(expected.differences(answer(body)).join('\n')).toContain(difference)
  })

  test('may not be answered with another HTTP status', () => {
    expect(succeeds({}).differences(answer(ok, 502))).toEqual(['HTTP status 502, expected 200'])
  })
})

describe('a call that is to fail', () => {
  const expected = failsWith(90001, 60003)

  test('may have any of the codes', () => {
    for (const ErrorCode of [90001, 60003]) {
      expect(expected.differences(answer({ ActionStatus: 'FAIL', ErrorCode }))).toEqual([])
    }
  })

  test.for<[unknown, string]>([
    [
      { ActionStatus: 'FAIL', ErrorCode: 60002 },
      'FAIL with 60002, expected FAIL with 90001 or 60003',
    ],
    [{ ActionStatus: 'OK', ErrorCode: 90001 }, 'OK with 90001, expected FAIL'],
    [{ ActionStatus: 'FAIL', ErrorCode: 90001, UserTags: [xiaoming] }, 'UserTags in a failed call'],
  ])('may not be answered %j', ([body, difference]) => {
    expect(expected.differences(answer(body)).join('\n')).toContain(difference)
  })
})

test('where two answers are right, either is, and no third', () => {
  const expected = either(succeeds({}), failsWith(90029))
  expect(expected.differences(answer(ok))).toEqual([])
  expect(expected.differences(answer({ ActionStatus: 'FAIL', ErrorCode: 90029 }))).toEqual([])
  expect(expected.differences(answer({ ActionStatus: 'FAIL', ErrorCode: 1 }))).toHaveLength(1)
})

test('many accounts are put in few words', () => {
  const unknown = Array.from({ length: 99 }, (_, index) => `nobody-${index + 1}`)
  expect(succeeds({ users: ['xiaoming'], unknown }).says).toBe(
    'OK; "xiaoming" with GoldMember, WeekPassUser; … and 99 others like the last: "nobody-99" with error 70107',
  )
})
