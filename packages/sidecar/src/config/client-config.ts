import type { ListenAddress } from './addresses.ts'
import type { CommandLine } from './command-line.ts'
import { ConfigError } from './config.ts'
import { type ConfigSources, type GivenValues, givenValues } from './given-values.ts'
import { problemText, withoutSecrets } from './problem-text.ts'
import { defaultOf, readSetting } from './read-setting.ts'
import { readFailure } from './read-failure.ts'
import { type DefaultedSetting, type Setting, settings } from './settings.ts'
import { duration } from './value-kinds.ts'

/** Of `tagside wait` alone, and so a flag alone. */
export const waitTimeout: DefaultedSetting<number> = {
  key: 'timeout',
  kind: duration('0s', '1d'),
  fallback: '30s',
  meaning: 'how long to wait',
}

/** What a command needs that asks a running sidecar. */
export interface ClientConfig {
  readonly listen: ListenAddress
  readonly opsListen: ListenAddress | 'off'
  readonly accessToken: string | undefined
  readonly maxUsersPerRequest: number
  readonly timeoutMs: number
  /** Arguments that belong to no flag. */
  readonly others: readonly string[]
}

/**
 * Reads what a client of the sidecar needs. It may run where the sidecar's other settings, such as the key, are not: only those that `line` has a
 * flag for are looked at, and what goes with them. Throws {@link ConfigError} with all that is wrong.
 */
export function readClientConfig(sources: ConfigSources, line: CommandLine): ClientConfig {
  const given = givenValues(sources, line)
  const problems = [...given.problems]
  const value = <T>(setting: DefaultedSetting<T>): T => {
    const used = line.keys.includes(setting.key) ? given.byKey.get(setting.key) : undefined
    return readSetting(setting, used, problems) ?? defaultOf(setting)
  }
  const config = {
    listen: value(settings.listen),
    opsListen: value(settings.opsListen),
    maxUsersPerRequest: value(settings.maxUsersPerRequest),
    timeoutMs: value(waitTimeout),
    accessToken: line.keys.includes('accessTokenFile')
      ? readToken(sources, given, problems)
      : undefined,
    others: given.others,
  }
  if (problems.length === 0) return config
  const secrets = [settings.secretKey, settings.accessToken].flatMap(
    ({ key }) => given.byKey.get(key)?.text ?? [],
  )
  throw new ConfigError(withoutSecrets(problems, [...secrets, config.accessToken ?? '']))
}

function readToken(
  sources: ConfigSources,
  { byKey }: GivenValues,
  problems: string[],
): string | undefined {
  const direct = readSetting(settings.accessToken, byKey.get(settings.accessToken.key), problems)
  const file: Setting<string> = settings.accessTokenFile
  const given = byKey.get(file.key)
  const path = readSetting(file, given, problems)
  if (direct !== undefined || path === undefined) return direct
  try {
    return sources.readFile(path).trim()
  } catch (error) {
    problems.push(
      problemText(file, given, `a file that exists and can be read, but ${readFailure(error)}`),
    )
    return undefined
  }
}
