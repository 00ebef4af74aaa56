import { isReachedBy } from './addresses.ts'
import type { Config } from './config.ts'
import type { Given } from './given.ts'
import { allSettings, environmentName, type SettingKey } from './settings.ts'

/** What is legal, but hardly meant. It stops nothing. */
export interface Advice {
  /** The setting, as it was given. */
  readonly name: string
  readonly text: string
}

export interface AdviceSources {
  readonly config: Config
  readonly given: ReadonlyMap<string, Given>
  /** What the process may use before it dies. */
  readonly memoryMaxBytes: number
}

/** A rule of advice; none speaks of a default alone. */
interface Rule {
  /** For the documentation. */
  readonly rule: string
  readonly key: SettingKey
  readonly says: (sources: AdviceSources) => string | undefined
}

/** Tencent gives up a call itself after this time. */
const TENCENT_TIMEOUT_MS = 3_000
const SHORT_DEADLINE_MS = 100

/** Every rule, in the order of the settings. */
export const adviceRules: readonly Rule[] = [
  {
    rule: 'The secret key of a real app is better in a file: other programs of the same user can read variables, and a file can be replaced while the sidecar runs.',
    key: 'secretKey',
    says: ({ config, given }) =>
      given.get('secretKey')?.source === 'environment' && isTencent(config)
        ? 'other programs of the same user can read it in /proc, and it cannot be changed without a restart; prefer TAGSIDE_SECRET_KEY_FILE'
        : undefined,
  },
  {
    rule: 'The access token is not the secret key: every caller has the token.',
    key: 'accessToken',
    says: ({ config }) =>
      config.accessToken?.reveal() === config.secretKey.reveal()
        ? 'it is the secret key itself, so every caller has the key; make up a token of its own'
        : undefined,
  },
  {
    rule: '`upstreamUrl` is not a listener of the sidecar itself.',
    key: 'upstreamUrl',
    says: ({ config: { upstream, listen, opsListen } }) =>
      'baseUrl' in upstream &&
      [listen, opsListen].some(
        (address) => address !== 'off' && isReachedBy(address, upstream.baseUrl),
      )
        ? 'it is an address of this sidecar, which will call itself; no user can be fetched'
        : undefined,
  },
  {
    rule: 'With `ttl` 0s, `staleWhileRevalidate` is 0s too, or old tags are still answered for so long while new ones are fetched.',
    key: 'ttl',
    says: ({ config: { windows }, given }) =>
      windows.ttlMs === 0 && windows.staleWhileRevalidateMs > 0
        ? `tags are never fresh, yet for ${value('staleWhileRevalidate', given)} the old ones are answered while new ones are fetched; if every request shall fetch, set staleWhileRevalidate to 0s too`
        : undefined,
  },
  {
    rule: '`staleWhileRevalidate` is not longer than `staleIfError`, which bounds it.',
    key: 'staleWhileRevalidate',
    says: ({ config: { windows }, given }) =>
      given.has('staleWhileRevalidate') && windows.staleWhileRevalidateMs > windows.staleIfErrorMs
        ? `nothing is answered that is older than ttl and staleIfError (${value('staleIfError', given)}) together, so the rest of the time has no effect`
        : undefined,
  },
  {
    rule: '`cacheMaxBytes` is at most half of the memory that the process may use.',
    key: 'cacheMaxBytes',
    says: ({ config, given, memoryMaxBytes }) =>
      given.has('cacheMaxBytes') && config.cacheMaxBytes > memoryMaxBytes / 2
        ? `it is more than half of the ${Math.floor(memoryMaxBytes / 1024 ** 2)} MiB that this process may use, and a full cache may end it; lower it, or give Node more (NODE_OPTIONS=--max-old-space-size=…)`
        : undefined,
  },
  {
    rule: '`replicas` leave each sidecar at least one call a second of `callsPerSecond`.',
    key: 'replicas',
    says: ({ config, given }) => {
      const share = config.callsPerSecond / config.replicas
      return share < 1
        ? `${value('callsPerSecond', given)} calls a second among ${config.replicas} leave this sidecar one call in ${Math.round(10 / share) / 10} s, and a user who is not cached waits for it; the deadline is ${value('deadline', given)}`
        : undefined
    },
  },
  {
    rule: '`callTimeout` is not shorter than 3s, after which Tencent itself gives up.',
    key: 'callTimeout',
    says: ({ config }) =>
      isTencent(config) && config.callTimeoutMs < TENCENT_TIMEOUT_MS
        ? 'Tencent may take up to 3 s for an answer; a call that is given up sooner has been counted all the same'
        : undefined,
  },
  {
    rule: '`deadline` leaves time for a call to another data centre: 100ms at least.',
    key: 'deadline',
    says: ({ config }) =>
      isTencent(config) && config.deadlineMs < SHORT_DEADLINE_MS
        ? 'a call to a distant data centre takes longer, and then only users who are cached get an answer'
        : undefined,
  },
  {
    rule: '`drainGrace` is 0s or at least `deadline`, so that a stop cuts no request that is in time.',
    key: 'drainGrace',
    says: ({ config, given }) =>
      config.drainGraceMs > 0 && config.drainGraceMs < config.deadlineMs
        ? `a request may take ${value('deadline', given)} (deadline), so a stop cuts some that are still in time`
        : undefined,
  },
]

/** Returns the advice on a configuration that is valid. */
export function adviceOn(sources: AdviceSources): readonly Advice[] {
  return adviceRules.flatMap(({ key, says }) => {
    const text = says(sources)
    return text === undefined ? [] : { name: nameOf(key, sources.given), text }
  })
}

/** Not a mock or another sidecar on this machine. */
function isTencent({ upstream }: Config): boolean {
  return 'region' in upstream || upstream.baseUrl.protocol === 'https:'
}

function value(key: SettingKey, given: ReadonlyMap<string, Given>): string {
  return given.get(key)?.text ?? allSettings.find((setting) => setting.key === key)?.fallback ?? ''
}

/** The token may come from its file as well. */
function nameOf(key: SettingKey, given: ReadonlyMap<string, Given>): string {
  return given.get(key)?.name ?? given.get(`${key}File`)?.name ?? environmentName(key)
}
