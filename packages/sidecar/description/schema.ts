import type { ConversionConfig } from '@valibot/to-json-schema'
import { type DescribeRouteOptions, type GenerateSpecOptions, resolver } from 'hono-openapi'
import type { GenericSchema } from 'valibot'

/** What is sent is described, not what becomes of it. Nothing is left out in silence. */
const CONVERSION: ConversionConfig = {
  typeMode: 'input',
  target: 'draft-2020-12',
  errorMode: 'throw',
  // What these check is told by the metadata beside them.
  ignoreActions: ['check', 'guard'],
  overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'custom' ? {} : undefined),
}

export type Operation = DescribeRouteOptions
export type Responses = NonNullable<Operation['responses']>
type Components = NonNullable<GenerateSpecOptions['documentation']['components']>
export type Parameters = NonNullable<Components['parameters']>
export type Headers = NonNullable<Components['headers']>
export type Examples = Readonly<
  Record<string, { readonly summary: string; readonly value: unknown }>
>

/** Returns a schema in the form that hono-openapi converts in bodies of requests and answers. */
function schemaOf(schema: GenericSchema): ReturnType<typeof resolver> {
  return resolver(schema, { options: CONVERSION })
}

/** Returns a schema as it stands in the document, for the places that hono-openapi does not convert, and the shared schemas in it. */
export async function convertedSchema(schema: GenericSchema): Promise<{
  readonly schema: ParameterSchema
  readonly shared: NonNullable<Components['schemas']>
}> {
  const { schema: converted, components } = await schemaOf(schema).toOpenAPISchema()
  // By its types, this is of version 3.1 and a parameter has one of 3.0. It is the same JSON.
  return { schema: JSON.parse(JSON.stringify(converted)), shared: components?.schemas ?? {} }
}

type ParameterSchema = NonNullable<Exclude<Parameters[string], { $ref: string }>['schema']>
type Content = NonNullable<Exclude<Responses[string], { $ref: string }>['content']>

/** Returns JSON with its schema and its examples. */
export function jsonContent(
  schema: GenericSchema,
  examples: Examples,
  type = 'application/json',
): Content {
  const isEmpty = Object.keys(examples).length === 0
  return { [type]: { schema: schemaOf(schema), ...(isEmpty ? {} : { examples: { ...examples } }) } }
}

/** Returns references to shared parts by their names. */
export function refs(
  kind: 'headers' | 'responses',
  names: Readonly<Record<string, string>>,
): Record<string, { $ref: string }> {
  return Object.fromEntries(
    Object.entries(names).map(([key, name]) => [key, { $ref: `#/components/${kind}/${name}` }]),
  )
}

/** Returns references to headers, which are known by their own names. */
export function headerRefs(...names: readonly string[]): Record<string, { $ref: string }> {
  return refs('headers', Object.fromEntries(names.map((name) => [name, name])))
}
