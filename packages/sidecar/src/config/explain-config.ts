import { type ConfigSources, givenValues } from './given-values.ts'
import { readConfig } from './read-config.ts'
import { allSettings } from './settings.ts'

/** Returns the effective configuration as text, a line for each setting with its source; throws as {@link readConfig} does. */
export function explainConfig(sources: ConfigSources): string {
  readConfig(sources)
  const { byKey } = givenValues(sources)
  const lines = allSettings.map(({ key, fallback, isSecret }) => {
    const given = byKey.get(key)
    const shown =
      given !== undefined && isSecret === true
        ? '[secret]'
        : (given?.text ?? fallback ?? '(not set)')
    return `${key.padEnd(22)}${shown.padEnd(28)}${given === undefined ? 'default' : given.name}`
  })
  return lines.join('\n')
}
