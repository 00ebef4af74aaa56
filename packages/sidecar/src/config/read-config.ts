import { Secret } from '@tagside/core'

import type { FreshnessWindows } from '../lookup/freshness.ts'
import { type Config, ConfigError } from './config.ts'
import type { Given } from './given.ts'
import { type ConfigSources, type GivenValues, givenValues } from './given-values.ts'
import { missingText, problemText, withoutSecrets } from './problem-text.ts'
import { defaultOf, readSetting } from './read-setting.ts'
import { brokenRelations } from './relations.ts'
import { secretText } from './secret-text.ts'
import { type DefaultedSetting, type Setting, settings } from './settings.ts'

/**
 * Reads the configuration from flags, environment and file; throws {@link ConfigError} with all that is wrong. Who has collected what was given already
 * hands it over: a file may be a pipe, which can be read once.
 */
export function readConfig(sources: ConfigSources, given = givenValues(sources)): Config {
  return new ConfigReader(sources, given).read()
}

class ConfigReader {
  readonly #sources: ConfigSources
  readonly #given: ReadonlyMap<string, Given>
  readonly #isFileRead: boolean
  readonly #problems: string[]
  /** What must not be seen in a report, wherever it was put. */
  readonly #secrets: string[] = []

  constructor(sources: ConfigSources, { byKey, problems, isFileRead }: GivenValues) {
    this.#sources = sources
    this.#given = byKey
    this.#isFileRead = isFileRead
    this.#problems = [...problems]
  }

  read(): Config {
    const sdkAppId = this.#optional(settings.sdkAppId)
    if (!this.#given.has('sdkAppId')) {
      this.#missing(
        settings.sdkAppId,
        `the SDKAppID of the app, ${settings.sdkAppId.kind.expected}`,
      )
    }
    const secretKey = this.#secret(settings.secretKeyFile, settings.secretKey)
    if (!this.#isGiven('secretKeyFile', 'secretKey')) {
      this.#missing(settings.secretKeyFile, 'a file with the secret key of the app')
    }
    const upstream = this.#upstream()
    const accessToken = this.#secret(settings.accessTokenFile, settings.accessToken)
    const config = {
      adminId: this.#value(settings.adminId),
      accessToken,
      listen: this.#value(settings.listen),
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
    // What would settle a contradiction may stand in the file that cannot be read.
    if (this.#isFileRead) this.#problems.push(...brokenRelations(this.#given))
    const isUsable = sdkAppId !== undefined && secretKey !== undefined && upstream !== undefined
    if (this.#problems.length > 0 || !isUsable) {
      throw new ConfigError(withoutSecrets(this.#problems, this.#secrets))
    }
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

  #upstream(): Config['upstream'] | undefined {
    const region = this.#optional(settings.region)
    const baseUrl = this.#optional(settings.upstreamUrl)
    if (!this.#isGiven('region', 'upstreamUrl')) {
      this.#missing(settings.region, `${settings.region.kind.expected}; or TAGSIDE_UPSTREAM_URL`)
    }
    if (region !== undefined) return { region }
    return baseUrl === undefined ? undefined : { baseUrl }
  }

  /** A secret by file or by value. */
  #secret(file: Setting<string>, value: Setting<string>): Secret | undefined {
    const direct = this.#optional(value)
    const path = this.#optional(file)
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
      this.#problem(file, 'a file that exists and can be read')
      return undefined
    }
    const secret = secretText(text)
    if (secret !== undefined) return secret
    this.#problem(file, 'a file with the secret alone in it, on one line')
    return undefined
  }

  #value<T>(setting: DefaultedSetting<T>): T {
    return this.#optional(setting) ?? defaultOf(setting)
  }

  #optional<T>(setting: Setting<T>): T | undefined {
    const given = this.#given.get(setting.key)
    const value = readSetting(setting, given, this.#problems)
    const isRefused = given !== undefined && value === undefined
    if (isRefused && setting.isSecret === true) this.#secrets.push(...given.text.split(/\s+/))
    return value
  }

  #isGiven(...keys: readonly string[]): boolean {
    return keys.some((key) => this.#given.has(key))
  }

  /** What is missing may stand in the file that cannot be read. */
  #missing(setting: Setting<unknown>, expected: string): void {
    if (this.#isFileRead) this.#problems.push(missingText(setting, expected))
  }

  #problem(setting: Setting<unknown>, expected: string): void {
    this.#problems.push(problemText(setting, this.#given.get(setting.key), expected))
  }
}
