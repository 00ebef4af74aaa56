import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { asDescribed, describedAnswer } from './support/described-answer.ts'
import { type Inputs, sendInputs } from './support/described-request.ts'
import { misfits } from './support/misfits.ts'
import { type Answer, type Operation, operations, sharedAnswer } from './support/openapi.ts'
import { rawRequest } from './support/raw-http.ts'
import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

const KIB = 1024
const TOKEN = 'canary-token-3b1c'

let started: StartedSidecar

beforeAll(async () => {
  started = await startSidecar()
})
afterAll(() => started[Symbol.asyncDispose]())

/** The examples of every answer, each with the operation that gives it. */
const answers = operations.flatMap((operation) =>
  Array.from(operation.answers, ([status, answer]) => ({ operation, status, answer })).flatMap(
    ({ status, answer }) =>
      examplesOf(answer).map(({ name, value }) => ({ operation, status, answer, name, value })),
  ),
)

function examplesOf({ content }: Answer): { name: string; value: unknown }[] {
  return Object.values(content).flatMap(({ examples }) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, value })),
  )
}

/** Every example of something that is sent. */
const sent = operations.flatMap((operation) => {
  const parts = [...operation.parameters, ...(operation.body === undefined ? [] : [operation.body])]
  return parts.flatMap(({ schema, examples }) =>
    Object.entries(examples).map(([name, { value }]) => ({ operation, name, schema, value })),
  )
})

/**
 * What is sent for the example of that name: the parts that have one of it, and the first of every other part that is needed. Undefined
 * if no part has one.
 */
function inputsOf({ parameters, body }: Operation, name: string): Inputs | undefined {
  const parts = body === undefined ? parameters : [...parameters, body]
  if (!parts.some(({ examples }) => Object.hasOwn(examples, name))) return undefined
  const chosen = parameters.flatMap((parameter) => {
    const [first] = parameter.required ? Object.values(parameter.examples) : []
    const example = parameter.examples[name] ?? first
    return example === undefined ? [] : [[parameter.name, example.value] as const]
  })
  const example = body?.examples[name] ?? Object.values(body?.examples ?? {})[0]
  return { parameters: new Map(chosen), body: example?.value }
}

/** Sends it to a sidecar that has nothing cached, or the two sample users when there is something to forget. */
async function run(operation: Operation, inputs: Inputs): Promise<Response> {
  started.sidecar.lookup.invalidateAll()
  if (operation.operationId === 'invalidateCache') {
    await fetch(`${started.url}/v1/users/xiaoming/tags`)
    await fetch(`${started.url}/v1/users/xiaohong/tags`)
  }
  return sendInputs(started.url, operation, inputs)
}

/** The same without what no two answers have in common. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value, (key, member: unknown) =>
    key === 'fetchedAt' || key === 'requestId' ? '…' : member,
  )
  return JSON.parse(text)
}

describe('an example of what is sent is accepted:', () => {
  test.each(sent)('$operation.operationId, $name', async ({ operation, name, schema, value }) => {
    expect(misfits(schema, value)).toEqual([])
    const inputs = inputsOf(operation, name)
    expect(inputs).toBeDefined()
    if (inputs === undefined) return
    const response = await run(operation, inputs)
    expect([200, 404, 504]).toContain(response.status)
    await describedAnswer(operation, response)
  })
})

describe('an example of an answer is what the request of the same name is answered:', () => {
  const pairs = answers.flatMap((each) => {
    const inputs = inputsOf(each.operation, each.name)
    return inputs === undefined ? [] : [{ ...each, inputs }]
  })
  test.each(pairs)(
    '$operation.operationId, $status $name',
    async ({ operation, status, inputs, value }) => {
      const response = await run(operation, inputs)
      expect(response.status).toBe(status)
      expect(masked(await describedAnswer(operation, response))).toEqual(masked(value))
    },
  )
})

const BATCH_GET = 'POST /v1/tags:batchGet HTTP/1.1'
const GET_TAGS = 'GET /v1/users/xiaoming/tags HTTP/1.1'
const JSON_TYPE = 'Content-Type: application/json'

const ask = (...head: readonly string[]): Promise<Response> => rawRequest(started.url, ...head)

function post(body: string, type = 'application/json'): Promise<Response> {
  const headers = { 'Content-Type': type }
  return fetch(`${started.url}/v1/tags:batchGet`, { method: 'POST', headers, body })
}

/** What brings about the answers that need more than a request as it should be. */
const circumstances: Readonly<Record<string, () => Promise<Response>>> = {
  badUsers: () => post('{"users":["xiaoming","",7]}'),
  foreignHost: () => ask(GET_TAGS, 'Host: example.com'),
  webPage: () => ask(GET_TAGS, 'Host: localhost', 'Origin: https://example.com'),
  forwarded: () => ask(GET_TAGS, 'Host: localhost', 'Via: 1.1 proxy'),
  noSuchPath: () => ask('GET /v1/users/../tags HTTP/1.1', 'Host: localhost'),
  otherMethod: () => ask('PUT /v1/tags:batchGet HTTP/1.1', 'Host: localhost'),
  tooLarge: () => post(' '.repeat(256 * KIB + 1)),
  form: () => post('users=xiaoming', 'application/x-www-form-urlencoded'),
  async noToken() {
    await using guarded = await startSidecar({ TAGSIDE_ACCESS_TOKEN: TOKEN })
    return await rawRequest(guarded.url, GET_TAGS, 'Host: localhost')
  },
  async lateBody() {
    await using hasty = await startSidecar({ TAGSIDE_DEADLINE: '20ms' })
    const line = BATCH_GET.replace('tags:batchGet', 'cache:invalidate')
    return await rawRequest(hasty.url, line, 'Host: localhost', JSON_TYPE, 'Content-Length: 9')
  },
  async otherKey() {
    await using refused = await startSidecar({}, { faults: ['err:70009'] })
    return await rawRequest(refused.url, GET_TAGS, 'Host: localhost')
  },
  async draining() {
    await using stopping = await startSidecar()
    stopping.sidecar.beginDrain()
    return await rawRequest(stopping.url, GET_TAGS, 'Host: localhost')
  },
  async defect() {
    await using broken = await startSidecar()
    vi.spyOn(broken.sidecar.lookup, 'lookup').mockImplementation(() => {
      throw new TypeError('canary')
    })
    return await rawRequest(broken.url, GET_TAGS, 'Host: localhost')
  },
}

describe('an example of an answer is what is answered under its circumstances:', () => {
  const paired = (operation: Operation, name: string): boolean =>
    inputsOf(operation, name) !== undefined
  const others = answers.flatMap(({ operation, status, answer, name, value }) =>
    paired(operation, name) || answer.name === undefined
      ? []
      : [{ shared: answer.name, status, name, value }],
  )
  // Operations share these answers, and one of them stands for all.
  const distinct = new Map(others.map((each) => [`${each.status} ${each.name}`, each]))
  const unpaired = [...distinct.values()].filter(
    ({ name }) => !answers.some((each) => each.name === name && paired(each.operation, name)),
  )

  test.each(unpaired)('$status $name', async ({ shared, status, name, value }) => {
    const response = await circumstances[name]?.()
    expect(response?.status).toBe(status)
    if (response === undefined) return
    expect(masked(await asDescribed(sharedAnswer(shared), response))).toEqual(masked(value))
  })

  test('and none is left out', () => {
    expect(unpaired.map(({ name }) => name).sort()).toEqual(Object.keys(circumstances).sort())
    const isOfOne = answers.filter(({ answer }) => answer.name === undefined)
    expect(isOfOne.filter(({ operation, name }) => !paired(operation, name))).toEqual([])
  })
})
