import { Secret } from '@tagside/core'

import type { FreshnessWindows } from '../lookup/freshness.ts'
import { isLocal, type ListenAddress } from './addresses.ts'
import { type Config, ConfigError } from './config.ts'
import { type ConfigSources, type Given, givenValues } from './given-values.ts'
import { secretText } from './secret-text.ts'
import {
  allSettings,
  type DefaultedSetting,
  environmentName,
  type Setting,
  settings,
} from './settings.ts'
import { shownValue } from './shown-value.ts'
import { INVALID } from './value-kinds.ts'

/** Reads the configuration from flags, environment and file; throws {@link ConfigError} with all that is wrong. */
export function readConfig(sources: ConfigSources): Config {
  return new ConfigReader(sources).read()
}

class ConfigReader {
  readonly #sources: ConfigSources
  readonly #given: ReadonlyMap<string, Given>
  readonly #isFileRead: boolean
  readonly #problems: string[]
  /** What must not be seen in a report, wherever it was put. */
  readonly #secrets: string[] = []

  constructor(sources: ConfigSources) {
    this.#sources = sources
    const { byKey, problems, isFileRead } = givenValues(sources)
    this.#given = byKey
    this.#isFileRead = isFileRead
    this.#problems = [...problems]
  }

  read(): Config {
    const sdkAppId = this.#optional(settings.sdkAppId)
    if (!this.#given.has('sdkAppId')) this.#missing('sdkAppId', settings.sdkAppId.kind.expected)
    const secretKey = this.#secret(settings.secretKeyFile, settings.secretKey)
    if (!this.#isGiven('secretKeyFile', 'secretKey')) {
      this.#missing('secretKeyFile', 'a file with the secret key of the app')
    }
    const upstream = this.#upstream()
    const accessToken = this.#secret(settings.accessTokenFile, settings.accessToken)
    const config = {
      adminId: this.#value(settings.adminId),
      accessToken,
      listen: this.#listen(),
      opsListen: this.#value(settings.opsListen),
      windows: this.#windows(),
      refreshAhead: this.#value(settings.refreshAhead),
      cacheMaxBytes: this.#value(settings.cacheMaxBytes),
      callsPerSecond: this.#value(settings.callsPerSecond),
      replicas: this.#value(settings.replicas),
      batchMaxUsers: this.#value(settings.batchMaxUsers),
      maxConcurrentCalls: this.#value(settings.maxConcurrentCalls),
      callTimeoutMs: this.#value(settings.callTimeout),
      deadlineMs: this.#value(settings.deadline),
      maxUsersPerRequest: this.#value(settings.maxUsersPerRequest),
      allowedHosts: this.#optional(settings.allowedHosts) ?? [],
      drainGraceMs: this.#value(settings.drainGrace),
      logLevel: this.#value(settings.logLevel),
    }
    const isUsable = sdkAppId !== undefined && secretKey !== undefined && upstream !== undefined
    if (this.#problems.length > 0 || !isUsable) throw new ConfigError(this.#withoutSecrets())
    const secretKeyFile = this.#optional(settings.secretKeyFile)
    const accessTokenFile = this.#optional(settings.accessTokenFile)
    return { ...config, sdkAppId, secretKey, secretKeyFile, accessTokenFile, upstream }
  }

  #windows(): FreshnessWindows {
    return {
      ttlMs: this.#value(settings.ttl),
      ttlJitter: this.#value(settings.ttlJitter),
      staleWhileRevalidateMs: this.#value(settings.staleWhileRevalidate),
      staleIfErrorMs: this.#value(settings.staleIfError),
      unknownTtlMs: this.#value(settings.unknownTtl),
    }
  }

  #listen(): ListenAddress {
    const listen = this.#value(settings.listen)
    if (!isLocal(listen) && !this.#isGiven('accessTokenFile', 'accessToken')) {
      this.#problem(
        'listen',
        'a loopback address or unix:…; other machines may connect only with an access token (TAGSIDE_ACCESS_TOKEN_FILE)',
      )
    }
    return listen
  }

  #upstream(): Config['upstream'] | undefined {
    const region = this.#optional(settings.region)
    const baseUrl = this.#optional(settings.upstreamUrl)
    if (this.#given.has('region') && this.#given.has('upstreamUrl')) {
      this.#problem(
        'upstreamUrl',
        'no upstream URL beside a region; one of the two decides where calls go',
      )
    }
    if (!this.#isGiven('region', 'upstreamUrl')) {
      this.#missing('region', `${settings.region.kind.expected}; or TAGSIDE_UPSTREAM_URL`)
    }
    if (region !== undefined) return { region }
    return baseUrl === undefined ? undefined : { baseUrl }
  }

  /** A secret by file or by value, not both. */
  #secret(file: Setting<string>, value: Setting<string>): Secret | undefined {
    const direct = this.#optional(value)
    const path = this.#optional(file)
    if (this.#isGiven(file.key) && this.#isGiven(value.key)) {
      this.#problem(
        file.key,
        `no file beside ${environmentName(value.key)}; one of the two holds the secret`,
      )
    }
    const text = direct ?? (path === undefined ? undefined : this.#fileText(file, path))
    if (text === undefined) return undefined
    this.#secrets.push(text)
    return new Secret(text)
  }

  #fileText(file: Setting<string>, path: string): string | undefined {
    let text: string
    try {
      text = this.#sources.readFile(path)
    } catch {
      this.#problem(file.key, 'a file that exists and can be read')
      return undefined
    }
    const secret = secretText(text)
    if (secret !== undefined) return secret
    this.#problem(file.key, 'a file with the secret alone in it, on one line')
    return undefined
  }

  #value<T>(setting: DefaultedSetting<T>): T {
    const value = this.#optional(setting)
    if (value !== undefined) return value
    const fallback = setting.kind.parse(setting.fallback)
    if (fallback === INVALID)
      throw new TypeError(`${setting.key}: the default is not a valid value`)
    return fallback
  }

  #optional<T>(setting: Setting<T>): T | undefined {
    const given = this.#given.get(setting.key)
    if (given === undefined) return undefined
    const value = given.isMistyped === true ? INVALID : setting.kind.parse(given.text)
    if (value !== INVALID) return value
    this.#problem(setting.key, setting.kind.expected)
    if (setting.isSecret === true) this.#secrets.push(...given.text.split(/\s+/))
    return undefined
  }

  #isGiven(...keys: readonly string[]): boolean {
    return keys.some((key) => this.#given.has(key))
  }

  /** What is missing may stand in the file that cannot be read. */
  #missing(key: string, expected: string): void {
    if (!this.#isFileRead) return
    this.#problems.push(`${environmentName(key)} is not set: expected ${expected}`)
  }

  #problem(key: string, expected: string): void {
    const given = this.#given.get(key)
    const isSecret = allSettings.some((setting) => setting.key === key && setting.isSecret === true)
    const shown = given === undefined ? '' : ` ${isSecret ? '[secret]' : shownValue(given.text)}`
    this.#problems.push(`${given?.name ?? environmentName(key)}${shown}: expected ${expected}`)
  }

  #withoutSecrets(): readonly string[] {
    const secrets = this.#secrets.filter((secret) => secret.length >= 8)
    return this.#problems.map((problem) =>
      secrets.reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), problem),
    )
  }
}
