import { text } from 'node:stream/consumers'

import type { TagReply } from '@tagside/core'
import { describe, expect, test } from 'vitest'

import { heapBytes } from '../../../mock-server/tests/support/heap.ts'
import { TagCache } from '../../src/lookup/tag-cache.ts'
import { defaultWindows, lookupOver, numbered } from '../support/lookup-under-test.ts'
import { openSocket } from '../support/raw-http.ts'
import { type StartedSidecar, startSidecar } from '../support/start-sidecar.ts'

const MIB = 1024 * 1024
/** How many random ids are looked up; set by `npm run test:long`. */
const { RANDOM_IDS = '8000' } = process.env
const lookedUpIds = Number(RANDOM_IDS)

/** Ids, paths and codes that are the same in every run and never the same twice: a step that is prime to 2^32. */
function names(from: number): () => string {
  let number = from
  return () => {
    number = (number + 2_654_435_761) % 2 ** 32
    return number.toString(36)
  }
}

/** Every series that is shown, without its value. */
async function seriesOf({ opsUrl }: StartedSidecar): Promise<string[]> {
  const metrics = await (await fetch(`${opsUrl}/metrics`)).text()
  const lines = metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => line.slice(0, line.lastIndexOf(' ')))
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PURGE',
  'LOCK',
]
const PATHS = [
  '/v1/users/*/tags',
  '/v1/tags:*',
  '/v1/*',
  '/*',
  '/v4/timpush/*',
  '/v1/users/*/tags?*',
  '/*/tags',
]

/** Sends so many requests for random ids and paths, by every method, on one connection for each listener. */
async function flood(
  { url, opsUrl, fake }: StartedSidecar,
  count: number,
  next: () => string,
): Promise<void> {
  for (const target of [url, opsUrl]) {
    const requests = Array.from({ length: count / 10 }, (_, index) => {
      const path = (PATHS[index % PATHS.length] ?? '').replaceAll('*', next)
      const host = index % 10 === 0 ? `${next()}.example` : 'localhost'
      return `${METHODS[index % METHODS.length]} ${path} HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: ${next()}\r\n`
    })
    const socket = openSocket(target)
    socket.write(`${requests.join('\r\n')}Connection: close\r\n\r\n`)
    await text(socket)
  }
  for (let batch = 0; batch < count / 1_000; batch += 1) {
    fake.fault(`err:${10_000 + (Number.parseInt(next(), 36) % 50_000)};times=1`)
    await fetch(`${url}/v1/tags:batchGet`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': next() },
      body: JSON.stringify({ users: Array.from({ length: 1_000 }, next) }),
    })
  }
}

test('T11: ten thousand random ids, with random paths, methods, hosts and codes, add no series to the metrics', async () => {
  await using started = await startSidecar({ TAGSIDE_CALLS_PER_SECOND: '10000' }, { rate: 'off' })
  // The first ones may: a series begins with its first value.
  await flood(started, 1_000, names(1))
  const before = await seriesOf(started)
  const later = names(2)
  await flood(started, 10_000, later)
  const after = await seriesOf(started)
  expect(after.toSorted()).toEqual(before.toSorted())
  expect(after.length).toBeGreaterThan(10)
})

/** Tencent, knowing real users and some others, and counting how often it is asked for a real one. */
function knowing(isKnown: (user: string) => boolean) {
  const asked = new Map<string, number>()
  const load = async (users: readonly string[]): Promise<TagReply> => {
    const reply = { tags: new Map<string, readonly string[]>(), errors: new Map() }
    for (const user of users) {
      const isReal = user.startsWith('user-')
      if (isReal) asked.set(user, (asked.get(user) ?? 0) + 1)
      if (isReal || isKnown(user)) reply.tags.set(user, [`tag of ${user}`])
      else reply.errors.set(user, { code: 70107, message: '', reason: 'refused' as const })
    }
    return Promise.resolve(reply)
  }
  return { load, asked }
}

describe('T12: random ids', () => {
  const bytesMax = 4 * MIB
  const real = numbered(1_000)

  test('two million of them, half of them unknown, stay inside the bound of the cache, and push out nobody who is read', () => {
    const cache = new TagCache({ maxBytes: bytesMax, windows: defaultWindows, random: Math.random })
    for (const user of real) cache.store(user, cache.knownEntry(['GoldMember'], 0))
    const next = names(3)
    const before = heapBytes()
    for (let sent = 0; sent < 2_000_000; sent += 2) {
      cache.store(next(), cache.unknownEntry(0))
      cache.store(next(), cache.knownEntry(['GoldMember'], 0))
      if (sent % 4_000 === 0) for (const user of real) cache.get(user)
    }
    expect(cache.bytes).toBeLessThanOrEqual(bytesMax)
    expect(cache.bytes).toBeGreaterThan(bytesMax * 0.9)
    // What the cache accounts for is what it costs, give or take.
    expect(heapBytes() - before).toBeLessThan(2 * bytesMax)
    expect(real.filter((user) => cache.get(user) === undefined)).toEqual([])
  })

  test('that are unknown push out nobody who is known, read or not', () => {
    const cache = new TagCache({ maxBytes: MIB, windows: defaultWindows, random: Math.random })
    for (const user of real) cache.store(user, cache.knownEntry(['GoldMember'], 0))
    const next = names(4)
    for (let sent = 0; sent < 100_000; sent += 1) cache.store(next(), cache.unknownEntry(0))
    expect(real.filter((user) => cache.get(user) === undefined)).toEqual([])
    expect(cache.entries).toBeGreaterThan(real.length)
    expect(cache.bytes).toBeLessThanOrEqual(MIB)
  })

  test(`looked up, ${lookedUpIds} of them (2,000,000 in npm run test:long), leave nothing behind but what the cache has room for`, async () => {
    const { load, asked } = knowing((user) => user.charCodeAt(0) % 2 === 0)
    const lookup = lookupOver(
      { load, calls: [] },
      {
        cacheMaxBytes: bytesMax,
        callsPerSecond: 1_000_000,
        maxConcurrentCalls: 1_000,
        windows: { ...defaultWindows, ttlMs: 86_400_000 },
      },
    )
    const next = names(5)
    const ask = async (users: readonly string[]): Promise<void> => {
      const outcomes = await lookup.lookup(users, { deadlineMs: performance.now() + 30_000 })
      expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([])
    }
    await ask(real)
    const before = heapBytes()
    for (let sent = 0; sent < lookedUpIds; sent += 4_000) {
      await ask(Array.from({ length: 4_000 }, next))
      await ask(real)
      expect(lookup.state().cacheBytes).toBeLessThanOrEqual(bytesMax)
    }
    expect(heapBytes() - before).toBeLessThan(2 * bytesMax)
    expect(lookup.state()).toMatchObject({ flights: 0, foregroundUsers: 0, refreshUsers: 0 })
    // Once, and from the cache ever since.
    expect([...asked.values()].filter((times) => times > 1)).toEqual([])
    lookup.close()
  }, 1_000_000)
})
