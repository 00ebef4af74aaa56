import { type Setting, type SettingKey, settings } from './settings.ts'

interface SettingGroup {
  readonly title: string
  readonly keys: readonly SettingKey[]
}

/** The settings by what they are about, for people who look for one. */
export const settingGroups: readonly SettingGroup[] = [
  {
    title: 'App and Tencent',
    keys: ['sdkAppId', 'secretKeyFile', 'secretKey', 'adminId', 'region', 'upstreamUrl'],
  },
  {
    title: 'Listeners',
    keys: ['listen', 'opsListen', 'accessTokenFile', 'accessToken', 'allowedHosts'],
  },
  {
    title: 'Freshness and cache',
    keys: [
      'ttl',
      'ttlJitter',
      'staleWhileRevalidate',
      'staleIfError',
      'unknownTtl',
      'refreshAhead',
      'cacheMaxBytes',
    ],
  },
  {
    title: 'Calls to Tencent',
    keys: ['callsPerSecond', 'replicas', 'batchMaxUsers', 'maxConcurrentCalls', 'callTimeout'],
  },
  {
    title: 'Requests and process',
    keys: ['deadline', 'maxUsersPerRequest', 'drainGrace', 'logLevel'],
  },
]

/** What most users have to set, or want to. */
export const oftenSet: readonly SettingKey[] = [
  'sdkAppId',
  'secretKeyFile',
  'region',
  'upstreamUrl',
  'listen',
  'opsListen',
  'accessTokenFile',
  'ttl',
  'staleIfError',
  'cacheMaxBytes',
  'callsPerSecond',
  'replicas',
  'deadline',
  'logLevel',
]

export const settingOf = (key: SettingKey): Setting<unknown> => settings[key]
