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

type Ask = (
  sidecar: DirectSidecar,
  users: readonly string[],
  headers?: Record<string, string>,
) => Promise<Response>

const batchGet: Ask = ({ post }, users, headers) => post('/v1/tags:batchGet', { users }, headers)
const dropin: Ask = ({ post }, users, headers) =>
  post('/v4/timpush/get_tag', { To_Account: users }, headers)
const getOne: Ask = ({ get }, [user = ''], headers) => get(user, headers)

const faces: readonly (readonly [string, Ask])[] = [
  ['GET', getOne],
  ['batchGet', batchGet],
  ['drop-in', dropin],
]
const batchFaces = faces.slice(1)

async function requestIdFor(headers: Record<string, string>): Promise<string | null> {
  const response = await getOne(directSidecar(), ['xiaoming'], headers)
  return response.headers.get('X-Request-Id')
}

function truthOf({ headers }: Response): readonly (string | null)[] {
  return [headers.get('Cache-Status'), headers.get('Age')]
}

describe.each(faces)('an answer of %s says that it', (_, ask) => {
  test('was fetched for this request', async () => {
    expect(truthOf(await ask(directSidecar(), ['xiaoming']))).toEqual(['tagside; fwd=miss', '0'])
  })

  test('joined a fetch under way', async () => {
    const sidecar = directSidecar()
    const first = ask(sidecar, ['xiaoming'])
    expect(truthOf(await ask(sidecar, ['xiaoming']))).toEqual(['tagside; fwd=miss; collapsed', '0'])
    expect(truthOf(await first)).toEqual(['tagside; fwd=miss', '0'])
  })

  test('is fresh, and for how long', async () => {
    const sidecar = directSidecar()
    await ask(sidecar, ['xiaoming'])
    letTimePass(18_999)
    expect(truthOf(await ask(sidecar, ['xiaoming']))).toEqual(['tagside; hit; ttl=41', '18'])
  })

  test('is stale, and since when', async () => {
    const sidecar = directSidecar()
    await ask(sidecar, ['xiaoming'])
    letTimePass(68_000)
    expect(truthOf(await ask(sidecar, ['xiaoming']))).toEqual([
      'tagside; hit; ttl=-8; detail=stale',
      '68',
    ])
  })

  test('is stale because Tencent cannot answer', async () => {
    const sidecar = directSidecar()
    await ask(sidecar, ['xiaoming'])
    sidecar.fake.fault('reset')
    letTimePass(3_660_000)
    expect(truthOf(await ask(sidecar, ['xiaoming']))).toEqual([
      'tagside; hit; ttl=-3600; detail=stale',
      '3660',
    ])
  })

  test('is the belief that there is no such account', async () => {
    const sidecar = directSidecar()
    expect(truthOf(await ask(sidecar, ['user-1']))).toEqual(['tagside; fwd=miss', '0'])
    letTimePass(10_000)
    expect(truthOf(await ask(sidecar, ['user-1']))).toEqual(['tagside; hit; ttl=20', '10'])
  })

  test('holds no value, hence has no age', async () => {
    const sidecar = directSidecar({}, { faults: ['reset'] })
    expect(truthOf(await ask(sidecar, ['xiaoming']))).toEqual(['tagside; fwd=miss', null])
  })

  test('was neither found nor asked for', async () => {
    const wish = { 'Cache-Control': 'only-if-cached' }
    expect(truthOf(await ask(directSidecar(), ['xiaoming'], wish))).toEqual(['tagside', null])
  })

  test.each([
    ['Tencent refuses the credentials', 'err:70009'],
    ['Tencent keeps failing', 'http:502'],
  ])('made no call, while calls are paused because %s', async (_why, fault) => {
    const sidecar = directSidecar({}, { faults: [fault] })
    expect(truthOf(await ask(sidecar, ['user-0']))).toEqual(['tagside; fwd=miss', null])
    for (let call = 1; call < 5; call += 1) await ask(sidecar, [`user-${call}`])
    expect(truthOf(await ask(sidecar, ['xiaoming']))).toEqual(['tagside', null])
  })

  test('belongs to the request with this id', async () => {
    const { headers } = await ask(directSidecar(), ['xiaoming'], { 'X-Request-Id': 'request-1' })
    expect(headers.get('X-Request-Id')).toBe('request-1')
  })
})

describe.each(batchFaces)('an answer of %s for several users', (_, ask) => {
  test('counts where they came from when that differs', async () => {
    const sidecar = directSidecar({}, { users: usersNumbered(100) })
    const users = [...usersNumbered(100).keys()]
    await ask(sidecar, users.slice(0, 2))
    letTimePass(40_000)
    await ask(sidecar, users.slice(2, 99))
    letTimePass(21_000)
    expect(truthOf(await ask(sidecar, users))).toEqual([
      'tagside; fwd=miss; detail="fresh=97,stale=2,fetched=1"',
      '61',
    ])
  })

  test('is a hit when nobody had to be fetched; its life is that of the first to expire', async () => {
    const sidecar = directSidecar()
    await ask(sidecar, ['xiaoming'])
    letTimePass(25_000)
    await ask(sidecar, ['xiaohong'])
    expect(truthOf(await ask(sidecar, ['xiaoming', 'xiaohong']))).toEqual([
      'tagside; hit; ttl=35',
      '25',
    ])
    letTimePass(36_000)
    expect(truthOf(await ask(sidecar, ['xiaohong', 'xiaoming']))).toEqual([
      'tagside; hit; ttl=-1; detail="fresh=1,stale=1"',
      '61',
    ])
  })

  test('counts those that joined a fetch under way and those that failed', async () => {
    const sidecar = directSidecar()
    const first = ask(sidecar, ['xiaoming'])
    expect(truthOf(await ask(sidecar, ['xiaoming', 'xiaohong', 'mock_omit']))).toEqual([
      'tagside; fwd=miss; detail="fetched=1,coalesced=1,failed=1"',
      '0',
    ])
    await first
  })

  test('counts those for whom no call was made apart from those whose call failed', async () => {
    const sidecar = directSidecar({}, { faults: ['err:90001;account=mock_bad'] })
    await ask(sidecar, ['xiaoming', 'mock_bad'])
    expect(truthOf(await ask(sidecar, ['xiaoming', 'mock_bad', 'xiaohong']))).toEqual([
      'tagside; fwd=miss; detail="fresh=1,fetched=1,refused=1"',
      '0',
    ])
  })
})

test('a refused request has neither Cache-Status nor Age', async () => {
  const { request } = directSidecar()
  expect(truthOf(await request('/v1/users/%zz/tags'))).toEqual([null, null])
})

describe('X-Request-Id', () => {
  test.each(['a', '0af7651916cd43dd8448eb211c80319c', 'a.b:c_d-e', 'x'.repeat(64)])(
    "is the caller's own: %s",
    async (id) => {
      expect(await requestIdFor({ 'X-Request-Id': id })).toBe(id)
    },
  )

  test.each(['', 'x'.repeat(65), 'a b', 'a,b', 'a"b', '{}', 'ü'])(
    'is a new one in place of %j',
    async (id) => {
      expect(await requestIdFor({ 'X-Request-Id': id })).toMatch(
        /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
      )
    },
  )

  test('is new for each request that has none', async () => {
    expect(await requestIdFor({})).not.toBe(await requestIdFor({}))
  })
})

function usersNumbered(count: number): ReadonlyMap<string, readonly string[]> {
  return new Map(Array.from({ length: count }, (_, index) => [`user-${index}`, ['GoldMember']]))
}
