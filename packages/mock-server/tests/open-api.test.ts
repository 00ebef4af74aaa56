import { readFileSync } from 'node:fs'

import * as v from 'valibot'
import { describe, expect, test } from 'vitest'

import { apis } from '../src/engine/apis.ts'
import { createAdmin } from '../src/http/admin/admin.ts'
import { createFakeTencent } from '../src/index.ts'
import { callUrl } from './support/caller.ts'
import type { Schema } from './support/json-schema.ts'
import { misfits, schema } from './support/json-schema.ts'

const content = v.record(v.string(), v.object({ schema, example: v.exactOptional(v.unknown()) }))
const answer = v.object({ description: v.string(), content: v.exactOptional(content) })
const reference = v.strictObject({ $ref: v.string() })
const operation = v.object({
  operationId: v.string(),
  parameters: v.exactOptional(v.array(v.looseObject({}))),
  requestBody: v.exactOptional(v.object({ required: v.boolean(), content })),
  responses: v.record(v.string(), v.union([reference, answer])),
})
const document = v.object({
  openapi: v.literal('3.1.0'),
  info: v.looseObject({ version: v.string() }),
  paths: v.record(v.string(), v.record(v.string(), operation)),
  components: v.object({
    schemas: v.record(v.string(), schema),
    responses: v.record(v.string(), answer),
  }),
})

const text = readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')
const { paths, components, info } = v.parse(document, JSON.parse(text))
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, parameters, requestBody, responses }]) => ({
    path,
    method: method.toUpperCase(),
    operationId,
    parameters,
    requestBody,
    responses,
    example: requestBody?.content['application/json']?.example,
  })),
)
const adminOperations = operations.filter(({ path }) => path.startsWith('/__admin'))
type Operation = (typeof operations)[number]

function named(ref: string): Schema {
  const found = components.schemas[ref.replace('#/components/schemas/', '')]
  if (found === undefined) throw new Error(`${ref} is not in the document`)
  return found
}

/** What the document says of an answer; an Error if it does not say anything of it. */
function described(
  { operationId, responses }: Operation,
  status: number,
): v.InferOutput<typeof answer> {
  const found = responses[String(status)]
  if (found === undefined) throw new Error(`${operationId}: status ${status} is not described`)
  if (!('$ref' in found)) return found
  const shared = components.responses[found.$ref.replace('#/components/responses/', '')]
  if (shared === undefined) throw new Error(`${found.$ref} is not in the document`)
  return shared
}

/** Makes a call and returns what in its answer is not as described. */
async function differences(
  each: Operation,
  changes: { query?: string; body?: unknown } = {},
): Promise<{ status: number; wrong: readonly string[] }> {
  const fake = createFakeTencent()
  await using server = await fake.listen()
  const path = each.path.replace('{user}', 'xiaoming').replace('{id}', '1')
  const url = path.startsWith('/v4')
    ? callUrl(fake, server.url, { path })
    : `${server.url}${path}${changes.query ?? ''}`
  const given = 'body' in changes ? changes.body : each.example
  const body = typeof given === 'string' ? given : JSON.stringify(given)
  const init = body === undefined ? {} : { body }
  const response = await fetch(url, { method: each.method, ...init })
  const { status } = response
  const [type = ''] = response.headers.get('content-type')?.split(';') ?? []
  const expected = described(each, status).content?.[type]
  if (expected === undefined) return { status, wrong: [`${type} is not described`] }
  const value = type === 'application/json' ? await response.json() : await response.text()
  return { status, wrong: misfits(expected.schema, value, named) }
}

describe('the OpenAPI document', () => {
  test('is what the admin API serves, and is of this version', async () => {
    await using server = await createFakeTencent().listen()
    const response = await fetch(`${server.url}/__admin/openapi.json`)
    expect(await response.json()).toEqual(JSON.parse(text))
    const packageJson = new URL('../package.json', import.meta.url)
    expect(JSON.parse(readFileSync(packageJson, 'utf8'))).toMatchObject({ version: info.version })
  })

  test('has every path that the server has, and no other', () => {
    const admin = createAdmin(createFakeTencent().control)
    const served = [
      ...admin.routes
        .filter(({ method }) => method !== 'ALL')
        .map(({ method, path }) => `${method} /__admin${path.replace(/\/$/, '')}`)
        .map((route) => route.replaceAll(/:(\w+)/g, '{$1}')),
      ...Array.from(apis.keys(), (path) => `POST ${path}`),
    ]
    const inDocument = operations.map(({ method, path }) => `${method} ${path}`)
    expect(inDocument.sort()).toEqual(served.sort())
  })

  test('gives each call a name of its own', () => {
    const names = operations.map(({ operationId }) => operationId)
    expect(new Set(names).size).toBe(names.length)
  })

  test('has an example of every body, and each is as described', () => {
    const bodies = operations.flatMap(({ requestBody }) =>
      Object.values(requestBody?.content ?? {}),
    )
    expect(bodies.length).toBeGreaterThan(8)
    expect(bodies.flatMap((each) => misfits(each.schema, each.example, named))).toEqual([])
  })

  test.each(operations)('says truly how $method $path answers', async (each) => {
    const { status, wrong } = await differences(each)
    expect(wrong).toEqual([])
    expect(status).toBeLessThan(300)
  })

  test.each(adminOperations.filter(({ parameters }) => parameters !== undefined))(
    'says truly that $method $path of an unknown app is not found',
    async (each) => {
      expect(await differences(each, { query: '?app=8' })).toEqual({ status: 404, wrong: [] })
    },
  )

  test.each(adminOperations.filter(({ requestBody }) => requestBody !== undefined))(
    'says truly what $method $path takes and refuses',
    async (each) => {
      const misspelt = { ...Object(each.example), misspelt: 1 }
      const tooLarge = 'x'.repeat(2 ** 24 + 1)
      const isEmptyFine = each.requestBody?.required === false
      expect(await differences(each, { body: '{' })).toEqual({ status: 400, wrong: [] })
      expect(await differences(each, { body: misspelt })).toEqual({ status: 400, wrong: [] })
      expect(await differences(each, { body: tooLarge })).toEqual({ status: 413, wrong: [] })
      const empty = await differences(each, { body: '' })
      expect(empty.wrong).toEqual([])
      expect(empty.status !== 400).toBe(isEmptyFine)
    },
  )

  test('says truly how a verification fails', async () => {
    const verify = operations.filter(({ operationId }) => operationId === 'verify')
    const [outcome] = await Promise.all(
      verify.map((each) => differences(each, { body: { exactly: 1 } })),
    )
    expect(outcome).toEqual({ status: 417, wrong: [] })
  })

  test('says truly what the journal holds', async () => {
    const fake = createFakeTencent()
    const { control } = fake
    await fake.handle(new Request(callUrl(fake, 'https://console.tim.qq.com'), { method: 'POST' }))
    const requests = operations.find(({ operationId }) => operationId === 'requests')
    if (requests === undefined) throw new Error('the document has no journal')
    const expected = described(requests, 200).content?.['application/json']?.schema ?? {}
    expect(misfits(expected, await control.requests(), named)).toEqual([])
  })
})
