import type { Region, Secret } from '@tagside/core'

import type { FreshnessWindows } from '../lookup/freshness.ts'
import { withoutControls } from '../without-controls.ts'
import type { ListenAddress } from './addresses.ts'
import type { LOG_LEVELS } from './settings.ts'

/** The sidecar's configuration, complete and checked. */
export interface Config {
  readonly sdkAppId: number
  readonly secretKey: Secret
  /** Where the secret key was read, to be watched; undefined if it was given itself. */
  readonly secretKeyFile: string | undefined
  readonly adminId: string
  readonly upstream: { readonly region: Region } | { readonly baseUrl: URL }
  readonly listen: ListenAddress
  readonly opsListen: ListenAddress | 'off'
  readonly accessToken: Secret | undefined
  /** Where the access token was read, to be watched. */
  readonly accessTokenFile: string | undefined
  readonly windows: FreshnessWindows
  readonly refreshAhead: number
  readonly cacheMaxBytes: number
  readonly callsPerSecond: number
  readonly replicas: number
  readonly batchMaxUsers: number
  readonly maxConcurrentCalls: number
  readonly callTimeoutMs: number
  readonly deadlineMs: number
  readonly maxUsersPerRequest: number
  readonly allowedHosts: readonly string[]
  readonly drainGraceMs: number
  readonly logLevel: (typeof LOG_LEVELS)[number]
}

/** ConfigError carries every problem of a configuration at once. No problem contains a secret. */
export class ConfigError extends Error {
  readonly code = 'TAGSIDE_CONFIG'
  readonly problems: readonly string[]

  constructor(told: readonly string[]) {
    // A name that there is not is repeated, and whoever typed or wrote it may have put anything into it.
    const problems = told.map(withoutControls)
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    super(
      `the configuration has ${count}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}
