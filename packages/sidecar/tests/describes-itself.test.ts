import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openapiDocument } from '../description/document.ts'
import { METHODS } from '../src/http/app.ts'
import { dropinRoutes } from '../src/http/dropin-routes.ts'
import { openapiRoutes } from '../src/http/openapi.ts'
import { PROBLEMS } from '../src/http/problem.ts'
import { restRoutes } from '../src/http/rest-routes.ts'
import { WallTime } from '../src/http/wall-time.ts'
import { directSidecar } from './support/direct-sidecar.ts'
import { type Answer, documentText, operations } from './support/openapi.ts'
import { problemOf } from './support/problem-of.ts'
import { rawRequest } from './support/raw-http.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

describe('openapi.json', () => {
  test('is what the schemas of the routes say (written anew by scripts/write-openapi.ts)', async () => {
    expect(documentText).toBe(await openapiDocument())
  })

  test("has nothing that Redocly's recommended rules mind", async () => {
    // There is no licence to name.
    const rules = { 'info-license': 'off', 'info-license-strict': 'off' } as const
    const config = await createConfig({ extends: ['recommended'], rules })
    const problems = await lintFromString({
      source: documentText,
      absoluteRef: 'openapi.json',
      config,
    })
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([])
  })

  test('has every route that there is, and no other', () => {
    const { lookup } = directSidecar()
    const now = (): number => 0
    const wall = new WallTime(now)
    const options = { now, wall, deadlineMs: 1, maxUsersPerRequest: 1, isDraining: () => false }
    const apps = [restRoutes(lookup, options), dropinRoutes(lookup, options), openapiRoutes()]
    const routes = apps.flatMap((app) => app.routes.map(({ method, path }) => `${method} ${path}`))
    const described = operations.map(
      ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    )
    expect(described.sort()).toEqual(routes.sort())
    expect(METHODS.map(([path, methods]) => `${methods.split(',')[0]} ${path}`).sort()).toEqual(
      described,
    )
  })

  test('has every code of a problem under its status, and nowhere else', () => {
    const answers = operations.flatMap(({ answers: each }) => Array.from(each))
    const codes = answers.flatMap(([status, answer]) =>
      codesOf(answer).map((code) => [code, status] as const),
    )
    const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status] as const)
    expect(new Map(codes)).toEqual(new Map(statuses))
    expect(codes.filter(([code, status]) => new Map(statuses).get(code) !== status)).toEqual([])
  })
})

function codesOf({ content }: Answer): readonly string[] {
  const text = JSON.stringify(content['application/problem+json']?.schema ?? {})
  return Object.keys(PROBLEMS).filter((code) => text.includes(`"${code}"`))
}

describe('GET /openapi.json', () => {
  let started: StartedSidecar

  beforeAll(async () => {
    started = await startSidecar({ TAGSIDE_ACCESS_TOKEN: 'canary-token-3b1c' })
  })
  afterAll(() => started[Symbol.asyncDispose]())

  const ask = (method: string, headers: Record<string, string> = {}): Promise<Response> => {
    const authorization = { Authorization: 'Bearer canary-token-3b1c' }
    return fetch(`${started.url}/openapi.json`, {
      method,
      headers: { ...authorization, ...headers },
    })
  }

  test('answers the document as it is committed', async () => {
    const response = await ask('GET', { 'X-Request-Id': 'request-1' })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/json')
    expect(response.headers.get('X-Request-Id')).toBe('request-1')
    expect(await response.text()).toBe(documentText)
  })

  test('answers HEAD without a body', async () => {
    const response = await ask('HEAD')
    expect([response.status, await response.text()]).toEqual([200, ''])
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    const response = await ask(method)
    expect(response.headers.get('Allow')).toBe('GET, HEAD')
    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' })
  })

  test.each([
    [401, 'Authorization: Bearer wrong'],
    [403, 'Origin: null'],
    [403, 'Via: 1.1 proxy'],
  ])('is guarded: %d for %s', async (status, header) => {
    const line = 'GET /openapi.json HTTP/1.1'
    const response = await rawRequest(started.url, line, 'Host: localhost', header)
    expect((await problemOf(response)).status).toBe(status)
  })

  test('costs no call', () => {
    expect(started.fake.stats.calls).toBe(0)
  })
})
