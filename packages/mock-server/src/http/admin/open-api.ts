import { readFileSync } from 'node:fs'

import * as v from 'valibot'

const json = v.pipe(v.string(), v.parseJson(), v.looseObject({ openapi: v.string() }))

/** The description of everything the fake answers, from `openapi.json` above both `src` and `dist`. */
export function openApi(): object {
  return v.parse(json, readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8'))
}
