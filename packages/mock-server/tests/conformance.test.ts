import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Row, Target } from '../src/conformance/index.ts'
import { conformanceRows, conformanceUsers, runRow } from '../src/conformance/index.ts'
import type { FakeTencent, FakeTencentOptions, ListeningServer } from '../src/index.ts'
import { createFakeTencent, ManualClock } from '../src/index.ts'
import { tencent } from './support/caller.ts'

// Time stands still, so that the calls of a row are made within one second on any machine.
const createFake = (options: FakeTencentOptions = {}): FakeTencent =>
  createFakeTencent({ users: conformanceUsers, clock: new ManualClock(), ...options })

const targetOf = (
  fake: FakeTencent,
  baseUrl: string,
  send: Target['send'] = (request) => fetch(request),
): Target => ({
  baseUrl,
  credentials: fake.credentials,
  wallMs: () => fake.clock.wallMs(),
  send,
})

const cases = conformanceRows.map((row): [string, string, Row] => [row.id, row.fact, row])

describe('directly,', () => {
  test.for(cases)('%s: %s', async ([, , row]) => {
    const fake = createFake()
    const send: Target['send'] = (request) => fake.handle(request)
    expect(await runRow(row, targetOf(fake, tencent, send))).toEqual([])
    const { codes } = row.expected
    if (codes !== undefined) expect(fake.requests().at(-1)?.errorCode).toBe(codes[0])
  })
})

test('the calls that come before a row’s own do their work, but for the one that is to fail', async () => {
  const failed = new Map<string, readonly unknown[]>()
  for (const row of conformanceRows) {
    const fake = createFake()
    await runRow(
      row,
      targetOf(fake, tencent, (request) => fake.handle(request)),
    )
    const codes = fake
      .requests()
      .slice(0, -1)
      .map(({ errorCode }) => errorCode)
    if (codes.some((code) => code !== 0)) failed.set(row.id, codes)
  }
  expect(failed).toEqual(new Map([['add_tag.all-or-nothing', [90032]]]))
})

describe('with every guess drawn at random,', () => {
  test.for(cases)('%s: %s', async ([, , row]) => {
    for (let randomSeed = 0; randomSeed < 20; randomSeed += 1) {
      const fake = createFake({ ambiguity: 'random', unknownAccounts: 'error-list', randomSeed })
      const send: Target['send'] = (request) => fake.handle(request)
      expect(await runRow(row, targetOf(fake, tencent, send)), `seed ${randomSeed}`).toEqual([])
    }
  })
})

describe('in process,', () => {
  const fake = createFake()
  beforeAll(() => {
    const interception = fake.intercept()
    return () => interception.close()
  })

  test.for(cases)('%s: %s', async ([, , row]) => {
    fake.reset()
    expect(await runRow(row, targetOf(fake, tencent))).toEqual([])
  })
})

describe('on the port,', () => {
  const fake = createFake()
  let server: ListeningServer
  beforeAll(async () => {
    server = await fake.listen()
  })
  afterAll(() => server.close())

  test.for(cases)('%s: %s', async ([, , row]) => {
    fake.reset()
    expect(await runRow(row, targetOf(fake, server.url))).toEqual([])
  })
})

describe('the table', () => {
  test('has no id twice', () => {
    const ids = conformanceRows.map(({ id }) => id)
    expect(new Set(ids)).toHaveLength(ids.length)
  })

  test.for(['get_tag', 'add_tag', 'remove_tag', 'clear_all_tags'])(
    'has a row for every code that the document of %s names for the whole call',
    (name) => {
      const rows = conformanceRows.filter(({ call }) => call.path === `/v4/timpush/${name}`)
      const codes = new Set(rows.flatMap(({ expected }) => expected.codes ?? []))
      expect([...codes]).toEqual(expect.arrayContaining([90001, 90009, 90018, 91000]))
    },
  )

  test('risks no more than three bad signatures on the real service, and no burst', () => {
    const live = conformanceRows.filter((row) => row.live === 'yes')
    const signatures = live.filter(
      ({ call: { userSig = 'valid', query } }) =>
        userSig !== 'valid' || query?.['usersig'] !== undefined,
    )
    expect(signatures.length).toBeLessThanOrEqual(3)
    expect(live.flatMap(({ before = [] }) => before).length).toBeLessThan(10)
  })

  test('makes only calls that read on the real service', () => {
    const live = conformanceRows.filter((row) => row.live === 'yes')
    const paths = live.flatMap(({ before = [], call }) => [...before, call].map(({ path }) => path))
    expect(paths.filter((path) => !/\/(?:im_)?get_?tag$/i.test(path))).toEqual([])
  })
})
