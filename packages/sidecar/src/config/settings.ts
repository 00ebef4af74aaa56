import { listenAddress, listenAddressOrOff, upstreamUrl } from './addresses.ts'
import { SECRET_SHAPE } from './secret-text.ts'
import {
  decimal,
  duration,
  integer,
  list,
  oneOf,
  pattern,
  size,
  type ValueKind,
} from './value-kinds.ts'

/** A setting: one name in three spellings, what it accepts, and what it means. */
export interface Setting<T> {
  /** camelCase, as in the configuration file; the other two spellings follow from it. */
  readonly key: string
  readonly kind: ValueKind<T>
  readonly meaning: string
  /** As a user would write it; absent = no default. */
  readonly fallback?: string
  /** Its value is shown nowhere, and it has no flag: a command line is public. */
  readonly isSecret?: true
}

export interface DefaultedSetting<T> extends Setting<T> {
  readonly fallback: string
}

function optional<T>(key: string, kind: ValueKind<T>, meaning: string): Setting<T> {
  return { key, kind, meaning }
}

function secret(key: string, meaning: string): Setting<string> {
  const kind = pattern('a text without white space', SECRET_SHAPE)
  return { key, kind, meaning, isSecret: true }
}

function defaulted<T>(
  key: string,
  kind: ValueKind<T>,
  fallback: string,
  meaning: string,
): DefaultedSetting<T> {
  return { key, kind, fallback, meaning }
}

export const environmentName = (key: string): string =>
  `TAGSIDE_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`

export const flagName = (key: string): string => `--${key.replace(/[A-Z]/g, '-$&').toLowerCase()}`

const REGIONS = [
  'china',
  'singapore',
  'seoul',
  'frankfurt',
  'silicon-valley',
  'jakarta',
  'tokyo',
  'mumbai',
] as const

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

const path = pattern('a file path', /^[^\0]+$/)

/** Every setting of the sidecar, in the order in which help and reports show them. */
export const settings = {
  sdkAppId: optional('sdkAppId', integer(1, 4_294_967_295), 'SDKAppID of the app'),
  secretKeyFile: optional('secretKeyFile', path, 'file with the secret key of the app'),
  secretKey: secret('secretKey', 'the secret key itself; prefer the file'),
  adminId: defaulted(
    'adminId',
    pattern('an account of 1 to 32 printable ASCII characters', /^[\x21-\x7e]{1,32}$/),
    'administrator',
    'the app admin that signs',
  ),
  region: optional('region', oneOf(REGIONS), 'data centre of the app'),
  upstreamUrl: optional('upstreamUrl', upstreamUrl, 'base URL in place of a region'),
  listen: defaulted('listen', listenAddress, '127.0.0.1:7430', 'data listener'),
  opsListen: defaulted(
    'opsListen',
    listenAddressOrOff,
    '127.0.0.1:7431',
    'health and metrics listener',
  ),
  accessTokenFile: optional('accessTokenFile', path, 'file with the token callers must send'),
  accessToken: secret('accessToken', 'the token itself; prefer the file'),
  ttl: defaulted(
    'ttl',
    duration('0s', '30d'),
    '60s',
    "fresh time of a user's tags; 0s = always fetch",
  ),
  ttlJitter: defaulted(
    'ttlJitter',
    decimal(0, 0.5),
    '0.1',
    'share by which each fresh time varies',
  ),
  staleWhileRevalidate: defaulted(
    'staleWhileRevalidate',
    duration('0s', '30d'),
    '30s',
    'after ttl: answered at once, refreshed behind',
  ),
  staleIfError: defaulted(
    'staleIfError',
    duration('0s', '30d'),
    '24h',
    'after ttl: answered when Tencent cannot; nothing older is served',
  ),
  unknownTtl: defaulted(
    'unknownTtl',
    duration('0s', '1d'),
    '30s',
    'how long "no such account" is believed',
  ),
  refreshAhead: defaulted(
    'refreshAhead',
    decimal(0, 0.9),
    '0.1',
    'last share of ttl that may ride along; 0 = off',
  ),
  cacheMaxBytes: defaulted('cacheMaxBytes', size('64KiB', '4GiB'), '64MiB', 'bound of the cache'),
  callsPerSecond: defaulted(
    'callsPerSecond',
    decimal(0.01, 10_000),
    '100',
    "the app's budget of upstream calls",
  ),
  replicas: defaulted('replicas', integer(1, 10_000), '1', 'sidecars that share the budget'),
  batchMaxUsers: defaulted('batchMaxUsers', integer(1, 100), '100', 'users in one upstream call'),
  maxConcurrentCalls: defaulted(
    'maxConcurrentCalls',
    integer(1, 1_000),
    '32',
    'upstream calls in flight',
  ),
  callTimeout: defaulted(
    'callTimeout',
    duration('1ms', '60s'),
    '4s',
    "one upstream call; Tencent's limit is 3s",
  ),
  deadline: defaulted('deadline', duration('1ms', '10s'), '2s', "a request's total time"),
  maxUsersPerRequest: defaulted(
    'maxUsersPerRequest',
    integer(1, 100_000),
    '1000',
    'users of one tags:batchGet',
  ),
  allowedHosts: optional(
    'allowedHosts',
    list('host names, comma-separated', /^[\w.:[\]-]+$/),
    'further Host names to accept',
  ),
  drainGrace: defaulted(
    'drainGrace',
    duration('0s', '10m'),
    '10s',
    'time for accepted requests after SIGTERM',
  ),
  logLevel: defaulted('logLevel', oneOf(LOG_LEVELS), 'info', 'least level that is logged'),
} as const satisfies Record<string, Setting<unknown>>

/** Every setting, for those who treat them alike. */
export const allSettings: readonly Setting<unknown>[] = Object.values(settings)
