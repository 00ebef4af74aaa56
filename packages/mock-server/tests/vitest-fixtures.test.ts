import { describe, expect, test as plain } from 'vitest'

import { createFakeTencent } from '../src/index.ts'
import type { TestApp } from '../src/vitest.ts'
import { test } from '../src/vitest.ts'
import { callInit, callUrl, okReply, tencent as host } from './support/caller.ts'
import { eventually } from './support/eventually.ts'

async function lookUp({ credentials }: TestApp, users: readonly string[]): Promise<unknown> {
  const { clock } = createFakeTencent()
  const response = await fetch(callUrl({ credentials, clock }, host), callInit(users))
  const text = await response.text()
  return text.startsWith('{') ? JSON.parse(text) : text
}

describe('the fixture app', () => {
  const apps: TestApp[] = []

  for (const run of ['first', 'second']) {
    test(`is fresh in the ${run} test that asks for it`, async ({ app, tencent }) => {
      expect(await lookUp(app, ['xiaohong'])).toEqual(
        okReply({ xiaohong: ['PlatinumMember', 'MonthPassUser'] }),
      )
      app.users.set('xiaohong', ['Changed'])
      app.faults.add('err:91000')
      expect(await lookUp(app, ['xiaohong'])).toMatchObject({ ErrorCode: 91000 })
      expect(app.requests()).toHaveLength(2)
      expect(app.stats.calls).toBe(2)
      expect(tencent.requests()).toEqual([])
      apps.push(app)
    })
  }

  plain('has credentials that no other test has', () => {
    const ids = apps.map(({ credentials }) => credentials.sdkAppId)
    expect(new Set(ids).size).toBe(2)
  })
})

describe('toHaveFetched', () => {
  test('counts the lookups that named a user, whatever became of them', async ({ app }) => {
    await lookUp(app, ['xiaoming', 'xiaohong'])
    await lookUp(app, ['xiaoming', 'mock_err_91000'])
    expect(app).toHaveFetched('xiaoming')
    expect(app).toHaveFetched(['xiaoming', 'xiaohong'])
    expect(app).toHaveFetched('xiaoming', { times: 2 })
    expect(app).toHaveFetched(['ghost', 'user-1'], { times: 0 })
    expect(app).not.toHaveFetched('ghost')
    expect(app).not.toHaveFetched(['xiaoming', 'xiaohong'], { times: 3 })
  })

  test('works on the fake too, for its first app', async ({ app, tencent }) => {
    await lookUp(app, ['xiaoming'])
    expect(tencent).not.toHaveFetched('xiaoming')
  })

  test('says of each user how often, who is near, and what there was', async ({ app }) => {
    await lookUp(app, ['xiaomin', 'user-1'])
    await lookUp(app, ['user-1', 'mock_err_91000'])
    await lookUp(app, ['mock_http_502'])
    await lookUp(app, ['mock_reset']).catch(() => {})
    const attempt = (): void => {
      expect(app).toHaveFetched(['xiaoming', 'user-1', 'ghost'], { times: 1 })
    }
    expect(attempt).toThrow(
      [
        'expected every user to have been fetched once',
        '  xiaoming: never; near: xiaomin',
        '  user-1: 2 times, in #1, #2',
        '  ghost: never',
        'lookups, the last 4 of 4:',
        '  #1 xiaomin, user-1: ErrorCode 0',
        '  #2 user-1, mock_err_91000: ErrorCode 91000',
        '  #3 mock_http_502: HTTP 502',
        '  #4 mock_reset: no answer',
      ].join('\n'),
    )
  })

  test('takes no call that changes tags for a lookup', async ({ app }) => {
    const { clock } = createFakeTencent()
    const path = '/v4/timpush/clear_all_tags'
    await fetch(
      callUrl({ credentials: app.credentials, clock }, host, { path }),
      callInit(['user-1']),
    )
    expect(app.requests({ account: 'user-1' })).toHaveLength(1)
    expect(app).not.toHaveFetched('user-1')
  })

  test('shows the last ten lookups, those under way included', async ({ app }) => {
    for (let made = 0; made < 10; made += 1) await lookUp(app, ['xiaoming'])
    const leave = new AbortController()
    const { clock } = createFakeTencent()
    const url = callUrl({ credentials: app.credentials, clock }, host)
    const hanging = fetch(url, callInit(['mock_hang'], { signal: leave.signal }))
    await eventually(() => app.requests().at(-1)?.faults).toEqual(['mock_hang'])
    expect(() => expect(app).toHaveFetched('ghost')).toThrow(
      /lookups, the last 10 of 11:\n {2}#2 (?:.*\n){9} {2}#11 mock_hang: under way$/,
    )
    leave.abort()
    await expect(hanging).rejects.toThrow('aborted')
  })

  test('negated takes one user who was fetched for one too many', async ({ app }) => {
    await lookUp(app, ['xiaoming'])
    expect(() => expect(app).not.toHaveFetched(['ghost', 'xiaoming'])).toThrow(
      'expected no user to have been fetched\n  xiaoming: once, in #1\nlookups',
    )
  })

  test('says so where there was no lookup, or where it is used wrongly', ({ app }) => {
    expect(() => expect(app).toHaveFetched('xiaoming')).toThrow('there was no lookup at all')
    expect(() => expect(app).toHaveFetched([])).toThrow('name at least one user')
    expect(() => expect({}).toHaveFetched('xiaoming')).toThrow('expected the fixture app')
    for (const times of [-1, 1.5, NaN]) {
      expect(() => expect(app).not.toHaveFetched('xiaoming', { times })).toThrow(
        `expected a whole number of times from 0, got ${times}`,
      )
    }
  })
})

describe('a request that nobody answers for', () => {
  test('can be taken by a test that expects it', async ({ strayRequests }) => {
    await expect(fetch('https://example.com/users/1')).rejects.toThrow('fetch failed')
    expect(strayRequests.take()).toMatchObject([
      { message: expect.stringContaining('https://example.com/users/1') },
    ])
    expect(strayRequests.take()).toEqual([])
  })
})
