import { explainConfig } from '../config/explain-config.ts'
import type { ConfigSources } from '../config/given-values.ts'
import { memoryMaxBytes, permissions } from './machine.ts'

/** Returns what `tagside check-config` prints about this machine's configuration. */
export function checkConfig(sources: ConfigSources): string {
  return explainConfig(sources, { memoryMaxBytes: memoryMaxBytes(), permissions })
}
