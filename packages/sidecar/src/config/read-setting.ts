import type { Given } from './given.ts'
import { refusedText } from './problem-text.ts'
import type { DefaultedSetting, Setting } from './settings.ts'
import { INVALID } from './value-kinds.ts'

/** Returns the value that was given for a setting; undefined if there is none, or one that is not accepted, which is then a problem. */
export function readSetting<T>(
  setting: Setting<T>,
  given: Given | undefined,
  problems: string[],
): T | undefined {
  if (given === undefined) return undefined
  const value = given.isMistyped === true ? INVALID : setting.kind.parse(given.text)
  if (value !== INVALID) return value
  problems.push(refusedText(setting, given))
  return undefined
}

export function defaultOf<T>(setting: DefaultedSetting<T>): T {
  const value = setting.kind.parse(setting.fallback)
  if (value === INVALID) throw new TypeError(`${setting.key}: the default is not a valid value`)
  return value
}
