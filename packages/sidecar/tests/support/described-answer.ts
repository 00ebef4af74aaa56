import { expect } from 'vitest'

import { misfits } from './misfits.ts'
import type { Answer, Operation, Schema } from './openapi.ts'

/**
 * Reads an answer that has to be as the document says of the operation: its status, its media type, its body, and its headers. Returns its
 * body; undefined if it has none.
 */
export async function describedAnswer(operation: Operation, response: Response): Promise<unknown> {
  const answer = operation.answers.get(response.status)
  if (answer === undefined) {
    throw new Error(`${operation.operationId}: status ${response.status} is not described`)
  }
  return asDescribed(answer, response)
}

/** The same for an answer that no operation gives: of a path at which there is nothing. */
export async function asDescribed(answer: Answer, response: Response): Promise<unknown> {
  expectHeaders(answer, response)
  const text = await response.text()
  if (text === '') return undefined
  const type = response.headers.get('Content-Type') ?? ''
  const schema = answer.content[type]?.schema
  if (schema === undefined) throw new Error(`${response.status}: ${type} is not described`)
  const body: unknown = JSON.parse(text)
  expect(misfits(schema, body)).toEqual([])
  return body
}

/** Headers that an answer may have only if the document says so. */
const OURS = ['Cache-Status', 'Age', 'X-Request-Id', 'Retry-After', 'Allow', 'WWW-Authenticate']

function expectHeaders({ headers }: Answer, response: Response): void {
  const names = OURS.filter((name) => response.headers.has(name))
  expect([...headers.keys()]).toEqual(expect.arrayContaining(names))
  const required = [...headers].filter(([, header]) => header.required).map(([name]) => name)
  expect(names).toEqual(expect.arrayContaining(required))
  const wrong = [...headers].flatMap(([name, { schema }]) => {
    const text = response.headers.get(name)
    return text === null ? [] : misfits(schema, headerValue(schema, text))
  })
  expect(wrong).toEqual([])
}

function headerValue(schema: Schema, text: string): unknown {
  return schema['type'] === 'integer' ? Number(text) : text
}
