import { Ajv2020 } from 'ajv/dist/2020.js'
import * as v from 'valibot'

import { type Schema, sharedSchemas } from './openapi.ts'

const ajv = new Ajv2020({
  allErrors: true,
  formats: { 'date-time': (text: string) => new Date(text).toISOString() === text },
  // The document's own: what they say of an object's members is told beside the reference to it.
  strictTypes: false,
  strictRequired: false,
})
ajv.addKeyword('components')

const compiled = new Map<Schema, ReturnType<Ajv2020['compile']>>()

/** Returns what of an answer is not as a schema of the document says. A member that is not described is wrong as well. */
export function misfits(schema: Schema, value: unknown): readonly string[] {
  return problems(schema, value, () => ({
    ...closed(schema),
    components: { schemas: mapped(sharedSchemas, withClosedParts) },
  }))
}

/** Reports whether what is sent is as a schema of the document says. */
export function fits(schema: Schema, value: unknown): boolean {
  const open = (): Schema => ({ ...schema, components: { schemas: sharedSchemas } })
  return problems(schema, value, open).length === 0
}

function problems(schema: Schema, value: unknown, whole: () => Schema): readonly string[] {
  const validate = compiled.get(schema) ?? ajv.compile(whole())
  compiled.set(schema, validate)
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** The schema of a value, with no other members than it describes by itself or by what it refers to. */
function closed(schema: Schema): Schema {
  return { ...withClosedParts(schema), unevaluatedProperties: false }
}

function withClosedParts(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties') return [keyword, mapped(v.parse(members, value), closed)]
      if (keyword === 'items') return [keyword, closed(v.parse(part, value))]
      if (keyword === 'anyOf' || keyword === 'oneOf' || keyword === 'allOf')
        return [keyword, v.parse(v.array(part), value).map((each) => withClosedParts(each))]
      return [keyword, value]
    }),
  )
}

const part = v.record(v.string(), v.unknown())
const members = v.record(v.string(), part)

function mapped(
  schemas: Readonly<Record<string, Schema>>,
  change: (schema: Schema) => Schema,
): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, each]) => [name, change(each)]))
}
