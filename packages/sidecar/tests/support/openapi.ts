import { readFileSync } from 'node:fs'

import * as v from 'valibot'

import { documentUrl } from '../../description/document.ts'

/** A JSON Schema as it stands in the document. */
export type Schema = Readonly<Record<string, unknown>>

const reference = v.strictObject({ $ref: v.string() })
const schema = v.record(v.string(), v.unknown())
const examples = v.optional(
  v.record(v.string(), v.strictObject({ summary: v.string(), value: v.unknown() })),
  {},
)
const header = v.object({ required: v.optional(v.boolean(), false), schema })
const content = v.optional(v.record(v.string(), v.object({ schema, examples })), {})

function shared<const Part extends v.GenericSchema>(part: Part) {
  return v.optional(v.record(v.string(), v.union([reference, part])), {})
}

const parameter = v.object({
  name: v.string(),
  in: v.picklist(['path', 'header']),
  required: v.optional(v.boolean(), false),
  schema,
  examples,
})
const answer = v.object({ headers: shared(header), content })
const operation = v.object({
  operationId: v.string(),
  parameters: v.array(v.union([reference, parameter])),
  requestBody: v.optional(v.object({ required: v.literal(true), content })),
  responses: v.record(v.string(), v.union([reference, answer])),
})
const document = v.object({
  paths: v.record(v.string(), v.record(v.string(), operation)),
  components: v.object({
    schemas: v.record(v.string(), schema),
    parameters: v.record(v.string(), parameter),
    headers: v.record(v.string(), header),
    responses: v.record(v.string(), answer),
  }),
})

/** The document as it is committed. */
export const documentText: string = readFileSync(documentUrl, 'utf8')

const { paths, components } = v.parse(document, JSON.parse(documentText))

export type Parameter = v.InferOutput<typeof parameter>
type Content = v.InferOutput<typeof content>
type Header = v.InferOutput<typeof header>

/** An answer as it is described; `name` if several operations share it. */
export interface Answer {
  readonly name: string | undefined
  readonly headers: ReadonlyMap<string, Header>
  readonly content: Content
}

/** An operation of the document, with what it refers to in its place. Schemas keep their references. */
export interface Operation {
  readonly path: string
  readonly method: string
  readonly operationId: string
  readonly parameters: readonly Parameter[]
  readonly body: Content[string] | undefined
  readonly answers: ReadonlyMap<number, Answer>
}

function found<Part>(parts: Readonly<Record<string, Part>>, $ref: string): Part {
  const part = parts[$ref.slice($ref.lastIndexOf('/') + 1)]
  if (part === undefined) throw new Error(`${$ref} is not in the document`)
  return part
}

function inPlace<Part extends object>(
  parts: Readonly<Record<string, Part>>,
  part: Part | v.InferOutput<typeof reference>,
): Part {
  return '$ref' in part ? found(parts, part.$ref) : part
}

function answerOf(part: v.InferOutput<typeof operation>['responses'][string]): Answer {
  const { headers, content: bodies } = inPlace(components.responses, part)
  const named = Object.entries(headers).map(
    ([name, each]) => [name, inPlace(components.headers, each)] as const,
  )
  const name = '$ref' in part ? part.$ref.slice(part.$ref.lastIndexOf('/') + 1) : undefined
  return { name, headers: new Map(named), content: bodies }
}

/** All operations of the document. */
export const operations: readonly Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, parameters, requestBody, responses }]) => ({
    path,
    method: method.toUpperCase(),
    operationId,
    parameters: parameters.map((each) => inPlace(components.parameters, each)),
    body: requestBody?.content['application/json'],
    answers: new Map(
      Object.entries(responses).map(([status, part]) => [Number(status), answerOf(part)]),
    ),
  })),
)

/** The answer that a component describes. */
export function sharedAnswer(name: string): Answer {
  return answerOf({ $ref: `#/components/responses/${name}` })
}

/** The shared schemas, by name. */
export const sharedSchemas: Readonly<Record<string, Schema>> = components.schemas

/** The schema that a reference stands for, or the schema itself. */
export function resolved(each: Schema): Schema {
  return typeof each['$ref'] === 'string' ? found(sharedSchemas, each['$ref']) : each
}
