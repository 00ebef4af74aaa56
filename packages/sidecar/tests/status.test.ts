import { createHash } from 'node:crypto'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as v from 'valibot'

import manifest from '../package.json' with { type: 'json' }
import { readConfig } from '../src/config/read-config.ts'
import { createLog } from '../src/observe/log.ts'
import { wire } from '../src/wire.ts'
import { createFakeUpstream } from './support/fake-upstream.ts'
import { environmentFor, type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

async function statusOf({ opsUrl }: Pick<StartedSidecar, 'opsUrl'>) {
  const response = await fetch(`${opsUrl}/status.json`)
  expect(response.status).toBe(200)
  return v.parse(status, await response.json())
}

async function lookUp({ url }: StartedSidecar, user: string): Promise<void> {
  await (await fetch(`${url}/v1/users/${user}/tags`)).text()
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const time = v.pipe(v.string(), v.isoTimestamp())
const ratio = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1)))
const breaker = v.picklist(['closed', 'open', 'half-open'])
const level = v.picklist(['info', 'warn', 'error'])
/** Written from the description in docs/operations.md, and strict: what is not in it does not belong there. */
const status = v.strictObject({
  version: v.string(),
  upstream: v.string(),
  startedAt: time,
  uptimeS: count,
  state: v.picklist(['starting', 'ready', 'draining']),
  troubles: v.array(v.strictObject({ level, text: v.string(), advice: v.string() })),
  lookups: v.strictObject({
    hitRatio: ratio,
    users: v.strictObject({
      fresh: count,
      stale: count,
      unknown: count,
      coalesced: count,
      miss: count,
    }),
    lastMinute: v.strictObject({ users: count, hits: count, hitRatio: ratio, unanswered: count }),
  }),
  calls: v.strictObject({
    sharePerSecond: v.number(),
    paceRatio: v.number(),
    eachSecond: v.pipe(v.array(count), v.length(60)),
    lastMinute: v.strictObject({ calls: count, failed: count }),
    answered: count,
  }),
  batches: v.strictObject({
    maxUsers: count,
    usersPerBatch: v.nullable(v.number()),
    lastMinute: v.strictObject({ batches: count, users: count }),
  }),
  queue: v.strictObject({
    foregroundUsers: count,
    refreshUsers: count,
    fetchingUsers: count,
    refusedUsers: v.strictObject({ overloaded: count, paused: count }),
  }),
  breaker: v.strictObject({ state: breaker }),
  credentials: v.strictObject({ state: breaker, userSigExpiresAt: time }),
  nextTryInS: v.nullable(count),
  cache: v.strictObject({ entries: count, bytes: count, maxBytes: count }),
  events: v.array(v.strictObject({ time, event: v.string(), level, message: v.string() })),
})

describe('/status.json', () => {
  test('of an idle sidecar has no ratios, and no trouble', async () => {
    await using sidecar = await startSidecar({
      TAGSIDE_REPLICAS: '4',
      TAGSIDE_BATCH_MAX_USERS: '50',
    })
    expect(await statusOf(sidecar)).toMatchObject({
      version: manifest.version,
      upstream: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      state: 'ready',
      troubles: [],
      lookups: { hitRatio: null, lastMinute: { hitRatio: null } },
      calls: { sharePerSecond: 25, paceRatio: 1, eachSecond: Array.from({ length: 60 }, () => 0) },
      batches: { maxUsers: 50, usersPerBatch: null },
      breaker: { state: 'closed' },
      credentials: { state: 'closed' },
      nextTryInS: null,
      cache: { entries: 0, bytes: 0, maxBytes: 1024 * 1024 },
      events: [],
    })
  })

  test('counts users by what they found, calls, and users in a call', async () => {
    await using sidecar = await startSidecar()
    for (const user of ['xiaoming', 'xiaoming', 'ghost', 'ghost']) await lookUp(sidecar, user)
    await fetch(`${sidecar.url}/v1/tags:batchGet`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ users: ['xiaoming', 'user-1', 'user-2', 'user-3', 'user-4'] }),
    })
    const { lookups, calls, batches, cache } = await statusOf(sidecar)
    expect(lookups).toEqual({
      hitRatio: 0.3333,
      users: { fresh: 2, stale: 0, unknown: 1, coalesced: 0, miss: 6 },
      lastMinute: { users: 9, hits: 3, hitRatio: 0.3333, unanswered: 0 },
    })
    expect(calls).toMatchObject({ lastMinute: { calls: 3, failed: 0 }, answered: 3 })
    expect(batches).toMatchObject({ usersPerBatch: 2, lastMinute: { batches: 3, users: 6 } })
    expect(cache.entries).toBe(6)
  })

  test('counts the repeat after an expired signature among the calls: it is part of the budget', async () => {
    await using sidecar = await startSidecar()
    sidecar.fake.fault('err:70001;times=1')
    await lookUp(sidecar, 'xiaoming')
    const { calls, batches } = await statusOf(sidecar)
    expect(calls.lastMinute).toEqual({ calls: 2, failed: 0 })
    expect(batches.lastMinute).toEqual({ batches: 1, users: 1 })
  })

  test('says why calls are paused, and keeps what happened', async () => {
    await using sidecar = await startSidecar({ TAGSIDE_SECRET_KEY: 'f'.repeat(64) })
    for (const user of ['xiaoming', 'xiaohong']) await lookUp(sidecar, user)
    const { state, troubles, credentials, calls, lookups, nextTryInS, events } =
      await statusOf(sidecar)
    expect(state).toBe('ready')
    expect(troubles).toEqual([
      {
        level: 'error',
        text: 'Tencent refuses the credentials: calls are paused.',
        advice: expect.stringContaining('70009'),
      },
    ])
    expect(credentials.state).toBe('open')
    expect(calls.lastMinute).toEqual({ calls: 1, failed: 1 })
    expect(lookups.lastMinute.unanswered).toBe(2)
    expect(nextTryInS).toBeGreaterThan(0)
    expect(nextTryInS).toBeLessThanOrEqual(60)
    expect(events).toMatchObject([{ event: 'credentials-refused', level: 'error' }])
  })

  test('does not take what a caller forbade, or did not wait for, for unanswered', async () => {
    await using sidecar = await startSidecar()
    const headers = { 'Cache-Control': 'only-if-cached' }
    await fetch(`${sidecar.url}/v1/users/xiaoming/tags`, { headers })
    expect((await statusOf(sidecar)).lookups.lastMinute).toMatchObject({ users: 1, unanswered: 0 })
  })

  test('is starting until lookups are taken, and draining in the end', async () => {
    const fake = createFakeUpstream()
    const environment = environmentFor(fake, 'http://127.0.0.1:1')
    const config = readConfig({ argv: [], environment, readFile: () => '' })
    const sidecar = wire(config, createLog('silent', { write: () => undefined }))
    const opsUrl = (await sidecar.ops?.listen()) ?? ''
    const states = [(await statusOf({ opsUrl })).state]
    await sidecar.data.listen()
    states.push((await statusOf({ opsUrl })).state)
    sidecar.beginDrain()
    await sidecar.data.close()
    const last = await statusOf({ opsUrl })
    expect([...states, last.state]).toEqual(['starting', 'ready', 'draining'])
    expect(last.troubles).toMatchObject([{ level: 'info', text: 'The sidecar is stopping.' }])
    sidecar.lookup.close()
    const closed = sidecar.ops?.close()
    sidecar.ops?.cut()
    await closed
  })

  test('has no user, tag, key, signature or text of Tencent in it, and is small', async () => {
    const fakeOptions = { users: { 'canary-user': ['CanaryTag'] } }
    await using sidecar = await startSidecar({ TAGSIDE_STALE_WHILE_REVALIDATE: '0s' }, fakeOptions)
    for (const user of ['canary-user', 'canary-user', 'canary-ghost']) await lookUp(sidecar, user)
    sidecar.fake.fault('err:91000:canary-text of canary-user')
    for (let number = 0; number < 12; number += 1) await lookUp(sidecar, `canary-${number}`)
    sidecar.fake.fault('err:70003:canary-text of canary-user')
    await lookUp(sidecar, 'canary-late')
    const text = await (await fetch(`${sidecar.opsUrl}/status.json`)).text()
    expect(text).toContain('91000')
    expect(text).not.toMatch(/canary/i)
    expect(text).not.toContain(sidecar.fake.credentials.secretKey)
    expect(text).not.toMatch(/eJ[\w*-]{20}/)
    expect(text.length).toBeLessThan(4 * 1024)
  })
})

describe('the status page', () => {
  let sidecar: StartedSidecar
  let html: string
  let headers: Headers

  beforeAll(async () => {
    sidecar = await startSidecar()
    const response = await fetch(`${sidecar.opsUrl}/`)
    headers = response.headers
    html = await response.text()
  })
  afterAll(() => sidecar[Symbol.asyncDispose]())

  const hashOf = (element: 'script' | 'style'): string => {
    const [, text = ''] = new RegExp(`<${element}[^>]*>(.*)</${element}>`, 's').exec(html) ?? []
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  }

  test('lets run its own style and script, and nothing else', () => {
    expect(headers.get('Content-Security-Policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf('script')}`,
      `style-src ${hashOf('style')}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
    expect(html.match(/<(?:script|style)\b/g)).toEqual(['<style', '<script'])
  })

  test.each(['/', '/status.json'])('%s is kept by nobody, and read as what it is', async (path) => {
    const response = await fetch(sidecar.opsUrl + path)
    await response.text()
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })

  test('is one document of at most 32 KiB that names no other place', () => {
    expect(headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
    expect(Buffer.byteLength(html)).toBeLessThan(32 * 1024)
    expect(html).not.toMatch(/\/\/[^\s/]|@import|url\(/)
    const links = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link]) => link)
    expect(new Set(links)).toEqual(
      new Set(['data:,', 'status.json', 'metrics', 'readyz', 'version']),
    )
  })

  test('has no handler in its markup, and makes no markup of what it is told', () => {
    expect(html).not.toMatch(/\son\w+=|\beval\b|new Function|innerHTML|outerHTML|insertAdjacent/)
  })

  test.each(['/', '/status.json'])('HEAD %s is answered without a body', async (path) => {
    const response = await fetch(sidecar.opsUrl + path, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})
