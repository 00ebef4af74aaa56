import fc from 'fast-check'
import * as v from 'valibot'

import { fits } from './misfits.ts'
import { resolved, type Schema } from './openapi.ts'

type Values = fc.Arbitrary<unknown>

const part = v.record(v.string(), v.unknown())
const keywords = v.looseObject({
  type: v.optional(v.picklist(['object', 'array', 'string', 'integer'])),
  const: v.optional(v.unknown()),
  anyOf: v.optional(v.array(part)),
  properties: v.optional(v.record(v.string(), part), {}),
  required: v.optional(v.array(v.string()), []),
  items: v.optional(part, {}),
  minItems: v.optional(v.number(), 0),
  maxItems: v.optional(v.number(), 10),
  minimum: v.optional(v.number()),
  maximum: v.optional(v.number()),
  pattern: v.optional(v.string(), ''),
  maxLength: v.optional(v.number()),
})

/** Returns values that are as a schema of a request says: small ones, ones at the bounds, and objects with members that nobody asked for. */
export function fitting(schema: Schema): Values {
  return possible(schema).filter((value) => fits(schema, value))
}

function possible(schema: Schema): Values {
  const known = v.parse(keywords, resolved(schema))
  if (known.anyOf !== undefined) return fc.oneof(...known.anyOf.map(possible))
  if ('const' in known) return fc.constant(known.const)
  switch (known.type) {
    case 'object':
      return fc
        .tuple(fc.dictionary(fc.string(), json, { maxKeys: 2 }), members(known))
        .map(([others, own]) => Object.assign(others, own))
    case 'array': {
      const { minItems, maxItems } = known
      const items = possible(known.items)
      const full = items.map((item) => Array.from({ length: maxItems }, () => item))
      return fc.oneof(
        { weight: 9, arbitrary: fc.array(items, { minLength: minItems, maxLength: 20 }) },
        full,
      )
    }
    case 'integer': {
      const { minimum = 0, maximum = 1_000 } = known
      return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
    }
    case 'string':
      return text(new RegExp(known.pattern, 'u'), known.maxLength)
    case undefined:
      return json
  }
}

/** fast-check writes ASCII only for a pattern. Where a length is told, there are other scripts too, up to that length. */
function text(pattern: RegExp, maxLength: number | undefined): fc.Arbitrary<string> {
  const matching = fc.stringMatching(pattern)
  if (maxLength === undefined) return matching
  const any = fc.string({ unit: 'binary', maxLength })
  const long = fc
    .tuple(fc.constantFrom('x', '"', 'é', '用', '😀'), fc.integer({ min: 1, max: maxLength }))
    .map(([character, length]) => character.repeat(length))
  return fc.oneof(matching, any, long).filter((string) => pattern.test(string))
}

function members({
  properties,
  required,
}: v.InferOutput<typeof keywords>): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(properties).map(([name, each]) => [name, possible(each)] as const)
  return fc.record(Object.fromEntries(values), { requiredKeys: required })
}

/** Any JSON, deep sometimes, with any characters in it. */
const json: Values = fc.jsonValue({ stringUnit: 'binary', depthSize: 'medium' })

/** What no schema of a user id takes, and no sidecar either. */
const badIds: Values = fc.oneof(
  json.filter((value) => typeof value !== 'string'),
  fc.constantFrom('', '\u0000', 'a\nb', '\u007F', '\u0085', 'x'.repeat(129), '用'.repeat(43)),
  fc.constantFrom('\uD800', 'a\uDFFF', '\uDC00\uD800'),
  fc.string({ minLength: 129, maxLength: 400 }),
)

/**
 * Returns values that are not as a schema of a request says and not what is meant either: one thing is spoilt in a value that fits.
 * `asked` is the member with the users.
 */
export function misfitting(schema: Schema, asked: string): Values {
  const changed = (change: (users: readonly unknown[]) => Values): Values =>
    fitting(schema).chain((value) => {
      const body = v.parse(part, value)
      const users = v.parse(v.fallback(v.array(v.unknown()), []), body[asked])
      // `all` would make everybody of it.
      return change(users).map((spoilt) => Object.assign({}, body, { all: false, [asked]: spoilt }))
    })
  const maxItems = 1_001
  return fc.oneof(
    json.filter((value) => !fits(schema, value) && !hasUsers(value, asked)),
    changed(() => json.filter((value) => !Array.isArray(value))),
    changed(() => fc.constant([])),
    changed(() => fc.constant(Array.from({ length: maxItems }, () => 'xiaoming'))),
    changed((users) =>
      fc.tuple(badIds, fc.nat(users.length)).map(([bad, place]) => users.toSpliced(place, 0, bad)),
    ),
  )
}

function hasUsers(value: unknown, asked: string): boolean {
  return v.is(v.looseObject({ [asked]: v.array(v.unknown()) }), value)
}
