import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { asDescribed, describedAnswer } from './support/described-answer.ts'
import { headerParameters, type Inputs, sendInputs } from './support/described-request.ts'
import { fitting, misfitting } from './support/from-schema.ts'
import { type Operation, operations, sharedAnswer } from './support/openapi.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

/**
 * Requests made by chance from the document, as it says and otherwise. Whatever comes, the answer is as described, and never a 500.
 * RANDOM_REQUESTS=1000 asks so often for each kind of request, with a new seed.
 */
const { RANDOM_REQUESTS } = process.env
const parameters =
  RANDOM_REQUESTS === undefined
    ? { seed: 60_567, numRuns: 16 }
    : { numRuns: Number(RANDOM_REQUESTS) }

let started: StartedSidecar

beforeAll(async () => {
  started = await startSidecar({ TAGSIDE_CALLS_PER_SECOND: '10000' }, { rate: 'off' })
})
afterAll(() => started[Symbol.asyncDispose]())

const withBody = operations.filter(({ body }) => body !== undefined)
const withoutBody = operations.filter(({ body }) => body === undefined)
const isDropin = ({ path }: Operation): boolean => path.startsWith('/v4/')

/** Every parameter that has to be there, and any of the others. */
function asDocumented(operation: Operation): fc.Arbitrary<Inputs> {
  const values = operation.parameters.map(({ name, schema }) => [name, fitting(schema)] as const)
  const requiredKeys = operation.parameters.filter((each) => each.required).map(({ name }) => name)
  return fc.record({
    parameters: fc
      .record(Object.fromEntries(values), { requiredKeys })
      .map((chosen) => new Map(Object.entries(chosen))),
    body: operation.body === undefined ? fc.constant(undefined) : fitting(operation.body.schema),
  })
}

/** Sees that an answer is as described, and is no defect. */
async function seen(operation: Operation, response: Response): Promise<unknown> {
  expect(response.status).not.toBe(500)
  return describedAnswer(operation, response)
}

const expectAlways = <Value>(values: fc.Arbitrary<Value>, hold: (value: Value) => Promise<void>) =>
  fc.assert(fc.asyncProperty(values, hold), parameters)

describe.each(operations)('$operationId', (operation) => {
  test('takes whatever is as the document says', async () => {
    await expectAlways(asDocumented(operation), async (inputs) => {
      const response = await sendInputs(started.url, operation, inputs)
      const answer = await seen(operation, response)
      // `.` and `..` make another path of it, and time may be too short.
      const statuses = isDropin(operation) ? [200] : [200, 404, 503, 504]
      expect(statuses).toContain(response.status)
      if (isDropin(operation)) {
        const refusals = [90001, 90018, 60015, 60002]
        expect(refusals.map((ErrorCode) => ({ ErrorCode }))).not.toContainEqual(
          expect.objectContaining({ ErrorCode: Object(answer).ErrorCode }),
        )
      }
      const requestId = inputs.parameters.get('X-Request-Id') ?? expect.any(String)
      expect(response.headers.get('X-Request-Id')).toEqual(requestId)
    })
  })

  test('answers as the document says whatever its headers are', async () => {
    const names = [...headerParameters(operation).map(({ name }) => name), 'Cache-Control', 'X-Any']
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from('azAZ09=,;"- :.\t')), maxLength: 80 }),
      fc.constantFrom(
        'max-age',
        'max-age=x',
        'stale-if-error=-1',
        '0',
        '-1',
        '1e3',
        '',
        '9'.repeat(400),
      ),
    )
    const headers = fc.dictionary(fc.constantFrom(...names), text, { minKeys: 1 })
    await expectAlways(
      fc.tuple(asDocumented(operation), headers),
      async ([{ body, parameters: chosen }, spoilt]) => {
        const inputs = { body, parameters: new Map([...chosen, ...Object.entries(spoilt)]) }
        await seen(operation, await sendInputs(started.url, operation, inputs))
      },
    )
  })
})

describe.each(withBody)('$operationId', (operation) => {
  const { path, method, body } = operation
  const schema = body?.schema ?? {}
  const asked = isDropin(operation) ? 'To_Account' : 'users'
  const send = (bytes: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    fetch(started.url + path, { method, headers: { 'Content-Type': type }, body: bytes })

  async function expectRefusal(response: Response): Promise<void> {
    const answer = await seen(operation, response)
    if (isDropin(operation)) expect(answer).toMatchObject({ ActionStatus: 'FAIL' })
    else expect([400, 413, 415]).toContain(response.status)
  }

  test('refuses a body of another shape', async () => {
    await expectAlways(misfitting(schema, asked), async (spoilt) => {
      await expectRefusal(await send(JSON.stringify(spoilt)))
    })
  })

  test('refuses bytes that are no JSON', async () => {
    const whole = fitting(schema).map((value) => Buffer.from(JSON.stringify(value)))
    const cut = whole.chain((bytes) =>
      fc.nat(bytes.length - 1).map((length) => new Uint8Array(bytes.subarray(0, length))),
    )
    const longer = whole.map((bytes) => new Uint8Array([...bytes, 0x7d]))
    const noUtf8 = whole.map((bytes) => new Uint8Array([...bytes, 0xff]))
    const deep = fc.nat(100_000).map((depth) => '['.repeat(depth))
    const any = fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array([0xff, ...bytes]))
    await expectAlways(fc.oneof(cut, longer, noUtf8, deep, any), async (bytes) => {
      await expectRefusal(await send(bytes))
    })
  })

  test('answers as the document says whatever the type of its body is', async () => {
    const types = fc.oneof(
      fc.constantFrom('text/plain', 'multipart/form-data', 'application/json;', 'APPLICATION/JSON'),
      fc.string({ unit: fc.constantFrom(...Array.from('ajson/+;= ')), maxLength: 30 }),
    )
    await expectAlways(fc.tuple(fitting(schema), types), async ([value, type]) => {
      await seen(operation, await send(JSON.stringify(value), type))
    })
  })
})

test('getUserTags refuses an id that cannot be', async () => {
  const operation = withoutBody.find(({ operationId }) => operationId === 'getUserTags')
  if (operation === undefined) throw new Error('getUserTags is not described')
  const encoded = fc.oneof(
    fc.constantFrom('%', '%zz', '%ff', '%ed%a0%80', '%c0%af', '%00', 'a%0Ab', '%7F', '%C2%85'),
    fc.string({ minLength: 129, maxLength: 300, unit: 'grapheme-ascii' }).map(encodeURIComponent),
    fc
      .array(fc.nat(0x1f), { minLength: 1 })
      .map((codes) => codes.map((code) => `%${code.toString(16).padStart(2, '0')}`).join('')),
  )
  await expectAlways(encoded, async (user) => {
    const response = await fetch(`${started.url}${operation.path.replace('{id}', user)}`)
    await seen(operation, response)
    expect(response.status).toBe(400)
  })
})

test.each(withoutBody)(
  '$operationId answers HEAD as it answers GET, without a body',
  async (operation) => {
    await expectAlways(asDocumented(operation), async (inputs) => {
      const response = await sendInputs(started.url, { ...operation, method: 'HEAD' }, inputs)
      expect(await seen(operation, response)).toBeUndefined()
    })
  },
)

test.each(operations)('$path takes no other method', async (operation) => {
  const own = operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method]
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'REPORT']
  for (const method of methods.filter((each) => !own.includes(each))) {
    const url = started.url + operation.path.replace('{id}', 'xiaoming')
    const response = await fetch(url, { method })
    expect(response.status).toBe(405)
    await seen(operation, response)
    expect(response.headers.get('Allow')).toBe(own.join(', '))
  }
})

test('there is nothing at any other path', async () => {
  const segments = fc.array(
    fc.oneof(
      fc.webSegment(),
      fc.constantFrom('v1', 'v4', 'users', 'tags', 'tags:batchGet', 'openapi.json', '', 'xiaoming'),
    ),
    { maxLength: 6 },
  )
  const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE')
  await expectAlways(fc.tuple(segments, methods), async ([names, method]) => {
    const { pathname } = new URL(`http://localhost/${names.join('/')}`)
    fc.pre(
      !operations.some(({ path }) =>
        new RegExp(`^${path.replace('{id}', '[^/]+')}$`).test(pathname),
      ),
    )
    const response = await fetch(started.url + pathname, { method })
    expect(response.status).toBe(404)
    expect(await asDescribed(sharedAnswer('NotFound'), response)).toMatchObject({
      code: 'not-found',
    })
  })
})
