import { assert, asyncProperty, integer, string, uniqueArray } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { userIdProblem } from '../../src/http/user-id.ts'
import { restTells } from '../faults/support/both-faces.ts'
import { body as reply, RudeUpstream } from '../faults/support/rude-upstream.ts'
import { sidecarOver } from '../faults/support/sidecar-over.ts'
import { configOf, needed, problemsOf } from '../support/config-sources.ts'
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

describe('T9: a member by the name of a property of every object', () => {
  const polluting = '"__proto__":{"polluted":1,"all":true,"users":["ghost"],"To_Account":["ghost"]}'
  const nested = '"constructor":{"prototype":{"polluted":1}}'
  /** What any object would have, had a prototype been reached. */
  const inherited = (): unknown => Reflect.get({}, 'polluted')

  function sent(path: string, body: string): Promise<Response> {
    const headers = { 'Content-Type': 'application/json' }
    return fetch(started.url + path, { method: 'POST', headers, body })
  }

  test.each([
    ['/v1/tags:batchGet', `{${polluting},${nested}}`, '"invalid-request"'],
    ['/v1/cache:invalidate', `{${polluting},${nested}}`, '"invalid-request"'],
    ['/v4/timpush/get_tag', `{${polluting},${nested}}`, '"ErrorCode":90001'],
    ['/v1/tags:batchGet', `{"users":["__proto__"],${polluting},${nested}}`, 'tag of __proto__'],
    ['/v1/cache:invalidate', `{"users":["__proto__"],${polluting}}`, '{"invalidated":1}'],
    ['/v4/timpush/get_tag', `{"To_Account":["then"],${polluting}}`, '"tag of then"'],
    ['/v1/tags:batchGet', `{"users":[{${polluting}}]}`, 'users[0] is of type object'],
  ])('in a body of %s is one more that means nothing: %s', async (path, body, answer) => {
    expect(await (await sent(path, body)).text()).toContain(answer)
    expect(inherited()).toBeUndefined()
  })

  test('in the configuration file is no setting', () => {
    const files = { 'a.json': `{${polluting},"constructor":{"ttl":"1s"},"ttl":"5s"}` }
    const argv = ['--config', 'a.json', '--__proto__', 'x', '--constructor=x']
    const environment = { ...needed, TAGSIDE___PROTO__: 'x', TAGSIDE_CONSTRUCTOR: 'x' }
    for (const name of [
      '__proto__ in a.json',
      'constructor in a.json',
      '--__proto__',
      '--constructor',
      'TAGSIDE___PROTO__',
      'TAGSIDE_CONSTRUCTOR',
    ])
      expect(problemsOf({ argv, environment, files })).toContainEqual(
        expect.stringMatching(new RegExp(`^${name}: there is no such`)),
      )
    expect(
      configOf({ files: { 'a.json': '{"ttl":"5s"}' }, argv: argv.slice(0, 2) }).windows.ttlMs,
    ).toBe(5_000)
    expect(inherited()).toBeUndefined()
  })

  test('in a reply of Tencent is one more that means nothing', async () => {
    await using upstream = await RudeUpstream.open()
    await using sidecar = await sidecarOver(upstream.url)
    const tags = '"Tags":["Intruder"]'
    const entry = `{"To_Account":"user-1","__proto__":{${tags}},"constructor":{${tags}}}`
    upstream.answer = reply(
      `{"ErrorCode":0,"__proto__":{"ErrorCode":90001,"polluted":1},"UserTags":[${entry}]}`,
    )
    expect(await restTells(sidecar.url, 'user-1')).toBe('fetched no tags')
    upstream.answer = reply(
      `{"__proto__":{"ErrorCode":0,"UserTags":[{"To_Account":"user-2",${tags}}]}}`,
    )
    expect(await restTells(sidecar.url, 'user-2')).toBe('502 upstream-invalid-reply')
    expect(inherited()).toBeUndefined()
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
