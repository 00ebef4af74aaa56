import * as v from 'valibot'

/** As much of JSON Schema as `openapi.json` uses; any other keyword is a mistake in it. */
export interface Schema {
  readonly $ref?: string
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array'
  readonly const?: string
  readonly enum?: readonly string[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | false
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

export const schema: v.GenericSchema<unknown, Schema> = v.lazy(() =>
  v.strictObject({
    $ref: v.exactOptional(v.string()),
    type: v.exactOptional(
      v.picklist(['string', 'integer', 'number', 'boolean', 'object', 'array']),
    ),
    const: v.exactOptional(v.string()),
    enum: v.exactOptional(v.array(v.string())),
    oneOf: v.exactOptional(v.array(schema)),
    properties: v.exactOptional(v.record(v.string(), schema)),
    required: v.exactOptional(v.array(v.string())),
    additionalProperties: v.exactOptional(v.union([v.literal(false), schema])),
    items: v.exactOptional(schema),
    minimum: v.exactOptional(v.number()),
    maximum: v.exactOptional(v.number()),
    minLength: v.exactOptional(v.number()),
    minItems: v.exactOptional(v.number()),
    maxItems: v.exactOptional(v.number()),
    description: v.exactOptional(v.string()),
    default: v.exactOptional(v.unknown()),
    format: v.exactOptional(v.string()),
  }),
)

/** Returns what of a value is not as the schema says, each with its place; `named` resolves `$ref`. */
export function misfits(
  expected: Schema,
  value: unknown,
  named: (ref: string) => Schema,
  place = '$',
): readonly string[] {
  if (expected.$ref !== undefined) return misfits(named(expected.$ref), value, named, place)
  const { oneOf } = expected
  if (oneOf !== undefined) {
    const fits = oneOf.filter((each) => misfits(each, value, named).length === 0).length
    return fits === 1 ? [] : [`${place}: fits ${fits} of ${oneOf.length} ways`]
  }
  const words = expected.const === undefined ? expected.enum : [expected.const]
  if (words !== undefined) {
    return words.some((word) => word === value) ? [] : [`${place}: is none of ${words.join()}`]
  }
  if (typeof value === 'string' && expected.type === 'string') {
    return within(value.length, expected.minLength, undefined, place)
  }
  if (typeof value === 'number' && (expected.type === 'number' || Number.isInteger(value))) {
    const isNumber = expected.type === 'number' || expected.type === 'integer'
    return isNumber
      ? within(value, expected.minimum, expected.maximum, place)
      : [wrong(expected, place)]
  }
  if (typeof value === 'boolean' && expected.type === 'boolean') return []
  if (Array.isArray(value) && expected.type === 'array') {
    const { items = {} } = expected
    return [
      ...within(value.length, expected.minItems, expected.maxItems, place),
      ...value.flatMap((item, index) => misfits(items, item, named, `${place}[${index}]`)),
    ]
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && expected.type === 'object'
    ? memberMisfits(expected, value, named, place)
    : [wrong(expected, place)]
}

function memberMisfits(
  { properties = {}, required = [], additionalProperties }: Schema,
  value: object,
  named: (ref: string) => Schema,
  place: string,
): readonly string[] {
  const missing = required.filter((name) => !Object.hasOwn(value, name))
  return [
    ...missing.map((name) => `${place}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const known = properties[name] ?? additionalProperties
      if (known === false) return [`${place}.${name}: is not described`]
      return known === undefined ? [] : misfits(known, member, named, `${place}.${name}`)
    }),
  ]
}

function within(size: number, min = -Infinity, max = Infinity, place = ''): readonly string[] {
  return size >= min && size <= max ? [] : [`${place}: ${size} is not from ${min} to ${max}`]
}

function wrong({ type }: Schema, place: string): string {
  return `${place}: is no ${type}`
}
