import { describe, expect, test } from 'vitest'

import type { LiveResult, LiveSettingsError, Row } from '../src/conformance/index.ts'
import {
  conformanceRows,
  conformanceUsers,
  liveRun,
  printLiveResult,
  readLiveSettings,
} from '../src/conformance/index.ts'
import { createFakeTencent } from '../src/index.ts'
import type { FakeTencent } from '../src/index.ts'

const environmentFor = (fake: FakeTencent, url: string): Record<string, string> => ({
  TAGSIDE_CONFORMANCE_SDK_APP_ID: String(fake.credentials.sdkAppId),
  TAGSIDE_CONFORMANCE_SECRET_KEY: fake.credentials.secretKey,
  TAGSIDE_CONFORMANCE_ADMIN_ID: fake.credentials.adminId,
  TAGSIDE_CONFORMANCE_URL: url,
})

/** A live run whose pauses take no time; returns also how long they were to be. */
async function runAgainst(
  environment: Record<string, string>,
  rows: readonly Row[] = conformanceRows,
): Promise<{ results: readonly LiveResult[]; pausesMs: readonly number[] }> {
  const pausesMs: number[] = []
  const pause = async (ms: number): Promise<void> => void pausesMs.push(ms)
  const results: LiveResult[] = []
  for await (const result of liveRun(rows, readLiveSettings(environment), pause)) {
    results.push(result)
  }
  return { results, pausesMs }
}

describe('a live run', () => {
  test('against a service that is as the table says finds no difference', async () => {
    const fake = createFakeTencent({ users: conformanceUsers, rate: 'off' })
    await using server = await fake.listen()
    const { results } = await runAgainst(environmentFor(fake, server.url))
    expect(results.map(({ row }) => row)).toEqual(conformanceRows)
    expect(results.filter(({ outcome }) => outcome === 'differs')).toEqual([])
    expect(results.filter(({ outcome }) => outcome === 'held').length).toBeGreaterThan(20)
  })

  test('tries no row that is not marked for it', async () => {
    const fake = createFakeTencent({ users: conformanceUsers })
    await using server = await fake.listen()
    const rows = conformanceRows.filter(({ live }) => live !== 'yes')
    const { results } = await runAgainst(environmentFor(fake, server.url), rows)
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['not run']))
    expect(fake.requests()).toEqual([])
  })

  test('waits before every call, so that four a second is the most', async () => {
    const fake = createFakeTencent({ users: conformanceUsers, rate: 'off' })
    await using server = await fake.listen()
    const { pausesMs } = await runAgainst(environmentFor(fake, server.url))
    expect(pausesMs).toEqual(fake.requests().map(() => 250))
  })

  test('shows a row that differs with what was expected and what came', async () => {
    const fake = createFakeTencent({ users: { xiaoming: ['SilverMember'] } })
    await using server = await fake.listen()
    const rows = conformanceRows.filter(({ id }) => id === 'get_tag.unknown')
    const { results } = await runAgainst(environmentFor(fake, server.url), rows)
    expect(results.map(printLiveResult).join('\n').split('\n')).toEqual([
      expect.stringContaining('DIFFERS  get_tag.unknown (doc, '),
      expect.stringContaining('An account that is not imported'),
      '         - OK; "xiaoming" with GoldMember, WeekPassUser; "nobody-1" with error 70107',
      '         + missing: "xiaoming" with GoldMember, WeekPassUser',
      '         + not expected: "xiaoming" with SilverMember',
    ])
  })

  test('tells a service that cannot be reached by the code alone, and never the signature', async () => {
    const fake = createFakeTencent({ faults: ['reset'] })
    await using server = await fake.listen()
    const rows = conformanceRows.slice(0, 2)
    const { results } = await runAgainst(environmentFor(fake, server.url), rows)
    expect(results.map(({ lines }) => lines)).toEqual([
      ['no answer: ECONNRESET'],
      ['no answer: ECONNRESET'],
    ])
  })
})

describe('the settings of a live run', () => {
  const complete = environmentFor(createFakeTencent(), 'https://adminapisgp.im.qcloud.com/')

  test('are read from the environment', () => {
    expect(readLiveSettings(complete)).toEqual({
      credentials: createFakeTencent().credentials,
      baseUrl: 'https://adminapisgp.im.qcloud.com',
    })
  })

  test.for<[Record<string, string | undefined>, LiveSettingsError['code'], string]>([
    [{}, 'absent', 'TAGSIDE_CONFORMANCE_SDK_APP_ID, '],
    [{ ...complete, TAGSIDE_CONFORMANCE_SECRET_KEY: undefined }, 'invalid', '_SECRET_KEY not set'],
    [{ ...complete, TAGSIDE_CONFORMANCE_SECRET_KEY: '' }, 'invalid', '_SECRET_KEY not set'],
    [{ ...complete, TAGSIDE_CONFORMANCE_SDK_APP_ID: 'app' }, 'invalid', '_SDK_APP_ID: expected'],
    [{ ...complete, TAGSIDE_CONFORMANCE_URL: 'here' }, 'invalid', '_URL: expected an https URL'],
    [
      { ...complete, TAGSIDE_CONFORMANCE_URL: 'http://tencent.example' },
      'invalid',
      '_URL: expected',
    ],
  ])('%j are refused', ([environment, code, message]) => {
    expect(() => readLiveSettings(environment)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })
})
