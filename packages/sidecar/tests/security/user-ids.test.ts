import { assert, asyncProperty, integer, string, uniqueArray } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { userIdProblem } from '../../src/http/user-id.ts'
import { directSidecar } from '../support/direct-sidecar.ts'
import { type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'

const ids = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'valueOf',
  '__defineGetter__',
  'length',
  '用户',
  'é', // one character
  'e\u0301', // two that look the same
  '😀',
  '4f5f13c9-98d8-4d3d-8a3b-5b6f1a2c3d4e', // a RegistrationID
  'a/b/tags',
  '100%',
  '%2F',
  '%zz',
  'what?',
  '#1',
  'a b',
  ' xiaoming ',
  'xiaoming+1@example.com',
  'a&b=c;d',
  '"quoted"',
  "it's",
  'back\\slash',
  '../../etc',
  'Xiaoming',
  'XIAOMING',
  'undefined',
  'null',
  '0',
  'x'.repeat(128),
  '用'.repeat(42) + 'xy', // 128 bytes
]

const tagsOf = (id: string): readonly string[] => [`tag of ${id}`]

let started: StartedSidecar

beforeAll(async () => {
  const users = new Map(ids.map((id) => [id, tagsOf(id)]))
  started = await startSidecar({ TAGSIDE_CALLS_PER_SECOND: '10000' }, { users, rate: 'off' })
})
afterAll(() => started[Symbol.asyncDispose]())

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(started.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

describe('T9: the user id', () => {
  test.each(ids)('%j reaches Tencent, the cache and both faces as it is', async (id) => {
    const callsBefore = started.fake.stats.calls
    const response = await fetch(`${started.url}/v1/users/${encodeURIComponent(id)}/tags`)
    expect(await response.json()).toMatchObject({ user: id, tags: tagsOf(id) })
    expect(await post('/v1/tags:batchGet', { users: [id] })).toMatchObject({
      results: [{ user: id, tags: tagsOf(id) }],
    })
    expect(await post('/v4/timpush/get_tag', { To_Account: [id] })).toMatchObject({
      UserTags: [{ To_Account: id, Tags: tagsOf(id) }],
    })
    expect(started.fake.stats.calls).toBe(callsBefore + 1)
    expect(started.fake.requests().at(-1)?.accounts).toEqual([id])
    expect(await post('/v1/cache:invalidate', { users: [id] })).toEqual({ invalidated: 1 })
  })

  test('is told from every other, all in one request', async () => {
    expect(await post('/v1/tags:batchGet', { users: ids })).toMatchObject({
      results: ids.map((id) => ({ user: id, tags: tagsOf(id) })),
    })
    expect(await post('/v4/timpush/get_tag', { To_Account: ids })).toMatchObject({
      UserTags: ids.map((id) => ({ To_Account: id, Tags: tagsOf(id) })),
    })
  })

  test('is not known merely because of its name', async () => {
    const { get } = directSidecar({}, { users: {} })
    for (const id of ids) expect((await get(id)).status).toBe(404)
  })
})

test('T9: whatever ids are legal, each gets its own tags', async () => {
  const { post: ask, fake } = directSidecar({}, { rate: 'off' })
  const character = integer({ min: 0x20, max: 0x10ffff }).map((code) => String.fromCodePoint(code))
  const legalIds = uniqueArray(
    string({ unit: character, maxLength: 32 }).filter((id) => userIdProblem(id) === undefined),
    { minLength: 1, maxLength: 20 },
  )
  await assert(
    asyncProperty(legalIds, async (users) => {
      for (const user of users) fake.setTags(user, tagsOf(user))
      const batch = await ask('/v1/tags:batchGet', { users })
      expect(await batch.json()).toMatchObject({
        results: users.map((user) => ({ user, tags: tagsOf(user) })),
      })
      const dropin = await ask('/v4/timpush/get_tag', { To_Account: users })
      expect(await dropin.json()).toMatchObject({
        UserTags: users.map((user) => ({ To_Account: user, Tags: tagsOf(user) })),
      })
    }),
    { seed: 60_567, numRuns: 50 },
  )
})
