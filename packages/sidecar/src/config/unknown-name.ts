import { isSpelling, nearNames } from './near-name.ts'
import { allSettings, environmentName, flagName, type SettingKey } from './settings.ts'

/** What other programs call a setting of ours. */
const OTHER_NAMES: Readonly<Record<string, SettingKey>> = {
  p: 'listen',
  port: 'listen',
  host: 'listen',
  bind: 'listen',
  address: 'listen',
  metricsPort: 'opsListen',
  appId: 'sdkAppId',
  key: 'secretKeyFile',
  keyFile: 'secretKeyFile',
  identifier: 'adminId',
  baseUrl: 'upstreamUrl',
  endpoint: 'upstreamUrl',
  url: 'upstreamUrl',
  token: 'accessTokenFile',
  cacheSize: 'cacheMaxBytes',
  qps: 'callsPerSecond',
  rate: 'callsPerSecond',
  rateLimit: 'callsPerSecond',
  pods: 'replicas',
  instances: 'replicas',
  timeout: 'deadline',
  gracePeriod: 'drainGrace',
}

const secretKeys = new Set(
  allSettings.filter(({ isSecret }) => isSecret === true).map(({ key }) => key),
)

/** Says that no setting has this name, and which one may have been meant. The value is never told: it may be a misspelt secret. */
export function unknownSetting(
  name: string,
  keys: readonly string[],
  spelt: (key: string) => string,
): string {
  const near = meantKeys(name, keys).map((key) => spelt(key))
  return `there is no such setting; ${question(near, '--help')}`
}

/**
 * The same of a flag. `keys` are those that have a flag, and `help` shows them. A secret has none; who tries is told why. `name` is what was typed,
 * as far as it may be shown; `word` is all of it.
 */
export function unknownFlag(
  name: string,
  word: string,
  keys: readonly string[],
  help: string,
): string {
  const beginning = `${name}: there is no such flag`
  const [meant, ...others] = meantKeys(word, [...keys, ...secretKeys])
  if (meant !== undefined && secretKeys.has(meant)) {
    return `${beginning}, because a command line is public; put the secret into a file and give ${flagName(`${meant}File`)}, or set ${environmentName(meant)}`
  }
  const near = meant === undefined ? [] : [meant, ...others.filter((key) => !secretKeys.has(key))]
  return `${beginning}; ${question(near.map(flagName), help)}`
}

function meantKeys(name: string, keys: readonly string[]): readonly string[] {
  const [, elsewhere] = Object.entries(OTHER_NAMES).find(([word]) => isSpelling(name, word)) ?? []
  if (elsewhere !== undefined && keys.includes(elsewhere)) return [elsewhere]
  return nearNames(name, keys)
}

function question(near: readonly string[], help: string): string {
  return near.length === 0 ? `see ${help}` : `did you mean ${near.join(' or ')}?`
}
