import type { Given } from './given.ts'
import { environmentName, flagName, type Setting } from './settings.ts'
import { shownValue } from './shown-value.ts'
import { meantValue } from './value-kinds.ts'

/** Says what is wrong with the value of a setting: its name as it was given, the value, what was expected. */
export function problemText(
  setting: Setting<unknown>,
  given: Given | undefined,
  expected: string,
): string {
  const shown = setting.isSecret === true ? '[secret]' : shownValue(given?.text ?? '')
  const name = given?.name ?? environmentName(setting.key)
  return `${name}${given === undefined ? '' : ` ${shown}`}: expected ${expected}`
}

/** The same of a value that the setting does not accept, with the value that may have been meant. */
export function refusedText(setting: Setting<unknown>, given: Given): string {
  const text = problemText(setting, given, setting.kind.expected)
  const isGuessed = setting.isSecret !== true && given.isMistyped !== true
  const meant = isGuessed ? meantValue(setting.kind, given.text) : undefined
  // What looks like a secret in the one would look like it in the other.
  const isShown = meant !== undefined && shownValue(meant) === JSON.stringify(meant)
  return isShown ? `${text}; did you mean ${meant}?` : text
}

/** Says that a setting is needed. */
export function missingText(setting: Setting<unknown>, expected: string): string {
  return `${environmentName(setting.key)} is not set, nor ${flagName(setting.key)}: expected ${expected}`
}

/** Takes secrets out of a report, wherever they were put. A short one is left: it would be found everywhere, and guessed anyway. */
export function withoutSecrets(
  problems: readonly string[],
  secrets: readonly string[],
): readonly string[] {
  const long = secrets.filter((secret) => secret.length >= 8)
  return problems.map((problem) =>
    long.reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), problem),
  )
}
