import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import {
  type DirectSidecar,
  directSidecar,
  letTimePass,
  stopTime,
} from './support/direct-sidecar.ts'

beforeEach(stopTime)
afterEach(() => {
  vi.useRealTimers()
})

/** Asks for xiaoming. */
type Ask = (sidecar: DirectSidecar, headers?: Record<string, string>) => Promise<Response>

const getOne: Ask = ({ get }, headers) => get('xiaoming', headers)
const dropin: Ask = ({ post }, headers) =>
  post('/v4/timpush/get_tag', { To_Account: ['xiaoming'] }, headers)

const wish = (cacheControl: string): Record<string, string> => ({ 'Cache-Control': cacheControl })

/** The two faces, and how each writes what came. */
const faces = [
  {
    face: 'REST',
    ask: getOne,
    tagged: (...tags: string[]) => ({ user: 'xiaoming', tags }),
    unreachable: { status: 502, code: 'upstream-unreachable' },
    notCached: { status: 504, code: 'only-if-cached', retryable: false },
    late: { status: 504, code: 'deadline-exceeded' },
    malformed: { status: 400, code: 'invalid-request' },
  },
  {
    face: 'drop-in',
    ask: dropin,
    tagged: (...tags: string[]) => ({ UserTags: [{ To_Account: 'xiaoming', Tags: tags }] }),
    unreachable: { ActionStatus: 'FAIL', ErrorCode: 91000 },
    notCached: { ActionStatus: 'FAIL', ErrorCode: 60008 },
    late: { ActionStatus: 'FAIL', ErrorCode: 60008 },
    malformed: { ActionStatus: 'FAIL', ErrorCode: 60002 },
  },
]

describe.each(faces)(
  'on the $face face',
  ({ ask, tagged, unreachable, notCached, late, malformed }) => {
    const said = async (...request: Parameters<Ask>): Promise<unknown> =>
      (await ask(...request)).json()

    /** A sidecar that has xiaoming cached as GoldMember since `ageMs`, while Tencent says SilverMember by now. */
    const withCached = async (ageMs: number): Promise<DirectSidecar> => {
      const sidecar = directSidecar({}, { users: { xiaoming: ['GoldMember'] } })
      await ask(sidecar)
      sidecar.fake.setTags('xiaoming', ['SilverMember'])
      letTimePass(ageMs)
      return sidecar
    }

    test('no-cache fetches anew, and the next read has what it brought', async () => {
      const sidecar = await withCached(0)
      expect(await said(sidecar)).toMatchObject(tagged('GoldMember'))
      expect(await said(sidecar, wish('no-cache'))).toMatchObject(tagged('SilverMember'))
      expect(await said(sidecar)).toMatchObject(tagged('SilverMember'))
      expect(sidecar.fake.stats.calls).toBe(2)
    })

    test('requests with no-cache still share one fetch', async () => {
      const sidecar = await withCached(0)
      await Promise.all([ask(sidecar, wish('no-cache')), ask(sidecar, wish('no-cache'))])
      expect(sidecar.fake.stats.calls).toBe(2)
    })

    test('no-cache takes nothing stale for an answer', async () => {
      const sidecar = await withCached(0)
      sidecar.fake.fault('reset')
      expect(await said(sidecar, wish('no-cache'))).toMatchObject(unreachable)
    })

    test('no-cache with stale-if-error does', async () => {
      const sidecar = await withCached(0)
      sidecar.fake.fault('reset')
      expect(await said(sidecar, wish('no-cache, stale-if-error=60'))).toMatchObject(
        tagged('GoldMember'),
      )
    })

    test('max-age takes a value of that age, and none that is older', async () => {
      const sidecar = await withCached(10_000)
      expect(await said(sidecar, wish('max-age=10'))).toMatchObject(tagged('GoldMember'))
      expect(await said(sidecar, wish('max-age=9'))).toMatchObject(tagged('SilverMember'))
    })

    test('max-age does not make a stale value fresh', async () => {
      const sidecar = await withCached(70_000)
      expect(await said(sidecar, wish('max-age=3600'))).toMatchObject(tagged('SilverMember'))
    })

    test('stale-if-error bounds how long past its fresh time a value may stand in', async () => {
      const sidecar = await withCached(120_000)
      sidecar.fake.fault('reset')
      expect(await said(sidecar, wish('stale-if-error=60'))).toMatchObject(tagged('GoldMember'))
      expect(await said(sidecar, wish('stale-if-error=59'))).toMatchObject(unreachable)
      expect(await said(sidecar)).toMatchObject(tagged('GoldMember'))
    })

    test.each([
      ['fresh', 59_000],
      ['while-revalidate', 89_000],
    ])('only-if-cached is served a %s entry, without a call', async (_, ageMs) => {
      const sidecar = await withCached(ageMs)
      expect(await said(sidecar, wish('only-if-cached'))).toMatchObject(tagged('GoldMember'))
      expect(sidecar.fake.stats.calls).toBe(1)
    })

    test.each([
      ['an older entry', 91_000],
      ['an entry past all use', 86_500_000],
    ])('only-if-cached is not served %s, and makes no call', async (_, ageMs) => {
      const sidecar = await withCached(ageMs)
      expect(await said(sidecar, wish('only-if-cached'))).toMatchObject(notCached)
      expect(sidecar.fake.stats.calls).toBe(1)
    })

    test('only-if-cached makes no call for a user that is not cached', async () => {
      const sidecar = directSidecar()
      expect(await said(sidecar, wish('only-if-cached'))).toMatchObject(notCached)
      expect(sidecar.fake.stats.calls).toBe(0)
    })

    test('directives for other caches change nothing', async () => {
      const sidecar = await withCached(59_000)
      expect(
        await said(sidecar, wish('no-store, max-stale=5, min-fresh=30, ext="a"')),
      ).toMatchObject(tagged('GoldMember'))
    })

    test('X-Request-Timeout-Ms ends the wait', async () => {
      const sidecar = directSidecar({}, { faults: ['hang'] })
      expect(await said(sidecar, { 'X-Request-Timeout-Ms': '1' })).toMatchObject(late)
    })

    test('X-Request-Timeout-Ms above the bound is as good as the bound', async () => {
      const sidecar = directSidecar()
      const headers = { 'X-Request-Timeout-Ms': '86400000' }
      expect((await ask(sidecar, headers)).status).toBe(200)
    })

    test.each([
      ['X-Request-Timeout-Ms', '0'],
      ['X-Request-Timeout-Ms', '-1'],
      ['X-Request-Timeout-Ms', 'abc'],
      ['Cache-Control', 'max-age'],
      ['Cache-Control', 'max-age=soon'],
      ['Cache-Control', 'no-cache, stale-if-error=-1'],
    ])('a malformed %s: %s is refused', async (name, value) => {
      const sidecar = directSidecar()
      const told = await said(sidecar, { [name]: value })
      expect(told).toMatchObject(malformed)
      expect(JSON.stringify(told)).toContain(name)
      expect(sidecar.fake.stats.calls).toBe(0)
    })
  },
)
