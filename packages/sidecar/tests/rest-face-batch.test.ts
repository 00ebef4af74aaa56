import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { directSidecar, letTimePass, STOPPED_AT, stopTime } from './support/direct-sidecar.ts'
import { problemOf } from './support/problem-of.ts'

beforeEach(stopTime)
afterEach(() => {
  vi.useRealTimers()
})

const unknownUser = {
  code: 'unknown-user',
  message: 'Tencent does not know this account: it was never imported, or was deleted',
  upstreamCode: 70107,
  retryable: false,
}

describe('POST /v1/tags:batchGet', () => {
  const batchGet = '/v1/tags:batchGet'

  test('answers each requested user once, in the order of the request', async () => {
    const { post } = directSidecar()
    const response = await post(batchGet, { users: ['xiaoming', 'user-1', 'xiaohong'] })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(await response.json()).toEqual({
      results: [
        { user: 'xiaoming', tags: ['GoldMember', 'WeekPassUser'], fetchedAt: STOPPED_AT },
        { user: 'user-1', error: unknownUser },
        { user: 'xiaohong', tags: ['PlatinumMember', 'MonthPassUser'], fetchedAt: STOPPED_AT },
      ],
    })
  })

  test('answers a user named twice twice, and asks Tencent once', async () => {
    const { post, fake } = directSidecar()
    const users = ['xiaohong', 'user-1', 'xiaohong', 'user-1']
    const xiaohong = {
      user: 'xiaohong',
      tags: ['PlatinumMember', 'MonthPassUser'],
      fetchedAt: STOPPED_AT,
    }
    const user1 = { user: 'user-1', error: unknownUser }
    expect(await (await post(batchGet, { users })).json()).toEqual({
      results: [xiaohong, user1, xiaohong, user1],
    })
    expect(fake.requests().map(({ accounts }) => accounts)).toEqual([['xiaohong', 'user-1']])
  })

  test('answers a thousand users', async () => {
    const users = Array.from({ length: 1_000 }, (_, index) => `user-${index}`)
    const tagged = new Map(users.map((user) => [user, [`tag of ${user}`]]))
    const { post, fake } = directSidecar({}, { users: tagged, rate: 'off' })
    expect(await (await post(batchGet, { users })).json()).toEqual({
      results: users.map((user) => ({ user, tags: [`tag of ${user}`], fetchedAt: STOPPED_AT })),
    })
    expect(fake.stats.calls).toBe(10)
  })

  test('marks each stale result', async () => {
    const { post } = directSidecar()
    await post(batchGet, { users: ['xiaoming'] })
    letTimePass(61_000)
    const response = await post(batchGet, { users: ['xiaoming', 'xiaohong'] })
    expect(await response.json()).toMatchObject({
      results: [
        { user: 'xiaoming', stale: true },
        { user: 'xiaohong', tags: ['PlatinumMember', 'MonthPassUser'] },
      ],
    })
  })

  test('is a 200 when all users are unknown', async () => {
    const { post } = directSidecar()
    const response = await post(batchGet, { users: ['user-1', 'user-2'] })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      results: [
        { user: 'user-1', error: unknownUser },
        { user: 'user-2', error: unknownUser },
      ],
    })
  })

  test('tells the failure of one user beside the tags of the others', async () => {
    const { post } = directSidecar()
    const users = ['xiaoming', 'mock_each_91000', 'mock_omit']
    const response = await post(batchGet, { users })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      results: [
        { user: 'xiaoming', tags: ['GoldMember', 'WeekPassUser'], fetchedAt: STOPPED_AT },
        {
          user: 'mock_each_91000',
          error: {
            code: 'upstream-error',
            message: expect.stringContaining('91000'),
            upstreamCode: 91000,
            retryable: true,
          },
        },
        {
          user: 'mock_omit',
          error: { code: 'upstream-invalid-reply', message: expect.any(String), retryable: true },
        },
      ],
    })
  })

  test('is a problem when every user failed for one reason', async () => {
    const { post } = directSidecar({}, { faults: ['err:91000'] })
    const response = await post(batchGet, { users: ['xiaoming', 'xiaohong'] })
    expect(await problemOf(response)).toMatchObject({
      status: 502,
      code: 'upstream-error',
      upstreamCode: 91000,
    })
  })

  test("is a 200 when every user failed, but with different codes of Tencent's", async () => {
    const { post } = directSidecar()
    const response = await post(batchGet, { users: ['mock_each_91000', 'mock_each_90048'] })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      results: [{ error: { upstreamCode: 91000 } }, { error: { upstreamCode: 90048 } }],
    })
  })

  test('is a 200 when every user failed, but in different ways', async () => {
    const { post } = directSidecar({ TAGSIDE_BATCH_MAX_USERS: '1' })
    const response = await post(batchGet, { users: ['mock_reset', 'mock_badjson'] })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      results: [
        { error: { code: 'upstream-unreachable' } },
        { error: { code: 'upstream-invalid-reply' } },
      ],
    })
  })

  test('is a 200 when one user has an answer and the others have none', async () => {
    const { post, fake } = directSidecar()
    await post(batchGet, { users: ['xiaoming'] })
    fake.fault('reset')
    const response = await post(batchGet, { users: ['xiaohong', 'xiaoming'] })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      results: [
        { error: { code: 'upstream-unreachable' } },
        { tags: ['GoldMember', 'WeekPassUser'] },
      ],
    })
  })
})
