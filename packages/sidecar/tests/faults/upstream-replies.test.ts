import { gzipSync } from 'node:zlib'

import { describe, expect, test } from 'vitest'

import {
  dropinTells,
  dropinTellsAll,
  postJson,
  restTells,
  restTellsAll,
  told,
} from './support/both-faces.ts'
import { type Answer, body, listing, RudeUpstream, tagged } from './support/rude-upstream.ts'
import {
  duringFault,
  fakeWith,
  OLD_AT_ONCE,
  rudeWith,
  sidecarOver,
  sidecarOverFake,
} from './support/sidecar-over.ts'

const MIB = 1024 * 1024
const ONLY_CACHED = { 'Cache-Control': 'only-if-cached' }
/** Waits for Tencent although there is an old value. */
const ANEW = { 'Cache-Control': 'no-cache, stale-if-error=3600' }
const STALE = { rest: 'stale GoldMember', dropin: 'stale GoldMember' }
const BROKEN_REPLY = { rest: '502 upstream-invalid-reply', dropin: 'FAIL 91000 of tagside' }

const entry = (user: string, ...tags: readonly string[]): object => ({
  To_Account: user,
  Tags: tags,
})

describe.concurrent('broken replies', () => {
  test('U1 a gateway that answers 502 with a page costs three calls at most; its page is passed on to nobody', async () => {
    expect(await duringFault(fakeWith('http:502:html'))).toEqual({
      warm: STALE,
      cold: { rest: '502 upstream-error', dropin: 'FAIL 91000 of tagside' },
      calls: 3,
    })
  })

  test('U2 statuses 500, 503 and 504 fail like any other; the breaker heeds a Retry-After, for four seconds at most', async () => {
    const failing = { rest: '502 upstream-error', dropin: 'FAIL 91000 of tagside' }
    for (const status of [500, 503, 504]) {
      const during = await duringFault(rudeWith(body('canary', { status, 'Retry-After': 3_600 })))
      expect(during).toEqual({ warm: STALE, cold: failing, calls: 3 })
    }
    await using upstream = await RudeUpstream.open()
    upstream.answer = body('canary', { status: 503, 'Retry-After': 3_600 })
    await using sidecar = await sidecarOver(upstream.url)
    await told(sidecar.url, 'user-1')
    const refused = await fetch(`${sidecar.url}/v1/users/user-2/tags`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('Retry-After')).toBe('4')
    expect(await refused.json()).toMatchObject({ code: 'upstream-unavailable' })
    expect(upstream.calls).toHaveLength(5)
  })

  test('U7 a reply that is cut short is no reply, and nothing of it is kept', async () => {
    expect(await duringFault(fakeWith('trunc:90'))).toEqual({
      warm: STALE,
      cold: { rest: '502 upstream-unreachable', dropin: 'FAIL 91000 of tagside' },
      calls: 3,
    })
    await using sidecar = await sidecarOverFake()
    sidecar.fake.fault('trunc:90')
    const users = ['user-1', 'user-2']
    expect(await restTellsAll(sidecar.url, users)).toBe('502 upstream-unreachable')
    expect(await restTellsAll(sidecar.url, users, ONLY_CACHED)).toBe('504 only-if-cached')
  })

  test('U8 a reply that is not JSON, or of another shape, is a broken reply; only Tags of null are read as no tags', async () => {
    const ok = { ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0 }
    const repeated: readonly Answer[] = [
      body('<html>canary</html>'),
      body('{"ErrorCode":0,"UserTags":[{"To_Account":"canary"'),
      body(''),
      body({ ...ok, UserTags: { canary: 1 } }),
      body({ ...ok, ErrorCode: '0', UserTags: [] }),
    ]
    for (const answer of repeated) {
      expect(await duringFault(rudeWith(answer))).toEqual({
        warm: STALE,
        cold: BROKEN_REPLY,
        calls: 3,
      })
    }
    const ofOneUser = [
      { To_Account: 'user-1', Tags: [1, 'canary'] },
      { To_Account: 'user-1', Tags: {} },
    ]
    for (const malformed of ofOneUser) {
      const during = await duringFault(rudeWith(listing(malformed)))
      expect(during).toEqual({ warm: STALE, cold: BROKEN_REPLY, calls: 1 })
    }
    await using upstream = await RudeUpstream.open()
    upstream.answer = listing({ To_Account: 'user-1', Tags: null })
    await using sidecar = await sidecarOver(upstream.url)
    expect(await restTells(sidecar.url, 'user-1')).toBe('fetched no tags')
  })

  test("U9 Tencent's own 91000 is tried three times in all, and then passed on in its words", async () => {
    expect(await duringFault(fakeWith('err:91000'))).toEqual({
      warm: STALE,
      cold: { rest: '502 upstream-error', dropin: 'FAIL 91000 of Tencent' },
      calls: 3,
    })
    await using sidecar = await sidecarOverFake()
    expect(await restTells(sidecar.url, 'mock_err_91000_x2')).toBe('fetched mock-tag-1')
    expect(sidecar.fake.stats.calls).toBe(3)
  })

  test('U21 a body without end, a gzip bomb and a hundred thousand brackets are broken replies, read to 2 MiB at most', async () => {
    let sentBytes = 0
    const endless: Answer = (response) => {
      const pump = (): void => {
        for (let more = true; more && !response.destroyed && sentBytes < 64 * MIB; sentBytes += MIB)
          more = response.write(Buffer.alloc(MIB, ' '))
      }
      response.on('drain', pump)
      pump()
    }
    // Good but for its size: read as a whole, it would be an answer.
    const padding = ' '.repeat(64 * MIB)
    const bomb = gzipSync(JSON.stringify({ ErrorCode: 0, UserTags: [entry('user-1')], padding }))
    const compressed: Answer = (response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
    }
    const nested = '['.repeat(100_000) + ']'.repeat(100_000)
    const answers = [endless, compressed, body(nested), body('['.repeat(100_000))]
    for (const answer of answers) {
      const { warm, cold } = await duringFault(rudeWith(answer))
      expect({ warm, cold }).toEqual({ warm: STALE, cold: BROKEN_REPLY })
    }
    // Two sidecars, at most five calls each; what is beyond 2 MiB of each lies in buffers of the system.
    expect(sentBytes).toBeLessThan(64 * MIB)
  })
})

describe.concurrent('replies about users', () => {
  test('U14 a user that Tencent leaves out has an error, retryable and not kept; the others have their tags', async () => {
    await using cold = await sidecarOverFake()
    cold.fake.fault('omit;account=user-2')
    const users = ['user-1', 'user-2']
    expect(await restTellsAll(cold.url, users)).toEqual(['GoldMember', 'upstream-invalid-reply'])
    expect(await dropinTellsAll(cold.url, users)).toEqual(['GoldMember', '91000'])
    const answer = await postJson(`${cold.url}/v1/tags:batchGet`, { users })
    expect(await answer.json()).toMatchObject({ results: [{}, { error: { retryable: true } }] })
    expect(await restTellsAll(cold.url, users, ONLY_CACHED)).toEqual([
      'GoldMember',
      'only-if-cached',
    ])

    await using warm = await sidecarOverFake(OLD_AT_ONCE)
    await restTellsAll(warm.url, users)
    warm.fake.fault('omit;account=user-2')
    expect(await restTellsAll(warm.url, users, ANEW)).toEqual(['GoldMember', 'stale GoldMember'])
    expect(await told(warm.url, 'user-2')).toEqual(STALE)
  })

  test('U15 an account that Tencent no longer knows is unknown at once, old tags or not, and is believed to be for the unknown-ttl', async () => {
    await using sidecar = await sidecarOverFake(OLD_AT_ONCE)
    expect(await restTells(sidecar.url, 'user-1')).toBe('fetched GoldMember')
    sidecar.fake.deleteUser('user-1')
    const unknown = { rest: '404 unknown-user', dropin: 'ErrorList 70107' }
    expect(await told(sidecar.url, 'user-1', ANEW)).toEqual(unknown)
    const { calls } = sidecar.fake.stats
    expect(await told(sidecar.url, 'user-1')).toEqual(unknown)
    expect(await told(sidecar.url, 'user-1', { 'Cache-Control': 'max-age=29' })).toEqual(unknown)
    expect(sidecar.fake.stats.calls).toBe(calls)

    await using forgetful = await sidecarOverFake({ TAGSIDE_UNKNOWN_TTL: '0s' })
    expect(await told(forgetful.url, 'user-9')).toEqual(unknown)
    expect(forgetful.fake.stats.calls).toBe(2)
  })

  test('U16 a user with empty Tags, or an entry without Tags, has no tags, which is not to be unknown', async () => {
    for (const present of [{ To_Account: 'user-1', Tags: [] }, { To_Account: 'user-1' }]) {
      await using upstream = await RudeUpstream.open()
      upstream.answer = listing(present)
      await using sidecar = await sidecarOver(upstream.url)
      const noTags = { rest: 'fetched no tags', dropin: 'fresh no tags' }
      expect(await told(sidecar.url, 'user-1')).toEqual(noTags)
      expect(upstream.calls).toHaveLength(1)
    }
  })

  test('U17 entries in any order are matched by id', async () => {
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const tagsOf = users.map((user): [string, string[]] => [user, [`tag of ${user}`]])
    await using sidecar = await sidecarOverFake({}, { users: Object.fromEntries(tagsOf) })
    sidecar.fake.fault('shuffle')
    const expected = users.map((user) => `tag of ${user}`)
    expect(await restTellsAll(sidecar.url, users, { 'Cache-Control': 'no-cache' })).toEqual(
      expected,
    )
    expect(await dropinTellsAll(sidecar.url, users, { 'Cache-Control': 'no-cache' })).toEqual(
      expected,
    )
    expect(sidecar.fake.requests().map(({ faults }) => faults)).toEqual([['shuffle'], ['shuffle']])
  })

  test('U18 a user listed twice is fine if both say the same, and has an error if they differ; nobody else is touched', async () => {
    await using fake = await sidecarOverFake()
    fake.fake.fault('dup')
    expect(await restTells(fake.url, 'user-1')).toBe('fetched GoldMember')

    const contradictory = listing(
      entry('user-1', 'GoldMember'),
      entry('user-2', 'GoldMember'),
      entry('user-1', 'WeekPassUser'),
    )
    await using upstream = await RudeUpstream.open()
    await using sidecar = await sidecarOver(upstream.url, OLD_AT_ONCE)
    const users = ['user-1', 'user-2']
    upstream.answer = contradictory
    expect(await restTellsAll(sidecar.url, users)).toEqual(['upstream-invalid-reply', 'GoldMember'])
    expect(await dropinTells(sidecar.url, 'user-1')).toBe('FAIL 91000 of tagside')
    upstream.answer = tagged('GoldMember')
    expect(await restTells(sidecar.url, 'user-1')).toBe('fetched GoldMember')
    upstream.answer = contradictory
    expect(await told(sidecar.url, 'user-1')).toEqual(STALE)
  })

  test('U19 users that nobody asked for are ignored, and not kept', async () => {
    await using upstream = await RudeUpstream.open()
    upstream.answer = listing(entry('user-1', 'GoldMember'), entry('user-2', 'Intruder'))
    await using sidecar = await sidecarOver(upstream.url)
    expect(await restTells(sidecar.url, 'user-1')).toBe('fetched GoldMember')
    expect(await told(sidecar.url, 'user-2', ONLY_CACHED)).toEqual({
      rest: '504 only-if-cached',
      dropin: 'FAIL 60008 of tagside',
    })
  })

  test('U20 ids that differ in case or Unicode form only are different users', async () => {
    const ids = ['caf\u00e9', 'cafe\u0301', 'Caf\u00e9', 'user-1', 'USER-1', 'user-1 ']
    const users = Object.fromEntries(ids.map((id, index) => [id, [`tag-${index}`]]))
    await using sidecar = await sidecarOverFake({}, { users })
    const expected = ids.map((_, index) => `tag-${index}`)
    expect(await restTellsAll(sidecar.url, ids)).toEqual(expected)
    expect(await dropinTellsAll(sidecar.url, ids)).toEqual(expected)
    for (const [index, id] of ids.entries())
      expect(await restTells(sidecar.url, id)).toBe(`fresh tag-${index}`)
  })
})
