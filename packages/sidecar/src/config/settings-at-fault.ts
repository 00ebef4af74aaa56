import {
  type FailureClass,
  HttpStatusError,
  InvalidReplyError,
  RefusedError,
  UnreachableError,
} from '@tagside/core'

import type { Config } from './config.ts'
import { environmentName, type SettingKey } from './settings.ts'

/** What may be wrong about where calls go: the region, or the URL in its place. */
const DESTINATION = 'destination'

type Cause = SettingKey | typeof DESTINATION

/** Codes whose cause is known better than that of their class. */
const CAUSES_BY_CODE: ReadonlyMap<number, readonly Cause[]> = new Map([
  ...pairs([60006, 60026, 70016, 70020], [DESTINATION, 'sdkAppId']),
  ...pairs([60010, 70403, 90009], ['adminId']),
  ...pairs([70009, 70050], ['secretKeyFile', 'sdkAppId']),
  ...pairs([60002, 60009], [DESTINATION]),
])

function pairs(
  codes: readonly number[],
  causes: readonly Cause[],
): readonly (readonly [number, readonly Cause[]])[] {
  return codes.map((code) => [code, causes])
}

/**
 * Adds to what core says of a failed call the settings that may have caused it: core advises, but knows no setting of the sidecar. Returns the same error.
 */
export function namingSettings(error: unknown, config: Pick<Config, 'upstream'>): unknown {
  const names = causesOf(error).map((cause) => nameOf(cause, config))
  if (error instanceof Error && names.length > 0) {
    error.message += ` ${names.length === 1 ? 'Setting' : 'Settings'}: ${names.join(', ')}.`
  }
  return error
}

function causesOf(error: unknown): readonly Cause[] {
  if (error instanceof RefusedError)
    return CAUSES_BY_CODE.get(error.errorCode) ?? causesByClass(error.failureClass)
  const isElsewhere =
    error instanceof HttpStatusError && error.status < 500 && error.failureClass === 'unknown'
  const isNobody = error instanceof UnreachableError || error instanceof InvalidReplyError
  return isElsewhere || isNobody ? [DESTINATION] : []
}

function causesByClass(failureClass: FailureClass): readonly Cause[] {
  if (failureClass === 'credentials') return ['sdkAppId', 'secretKeyFile', 'adminId']
  return failureClass === 'throttled' ? ['callsPerSecond', 'replicas'] : []
}

function nameOf(cause: Cause, { upstream }: Pick<Config, 'upstream'>): string {
  if (cause === 'secretKeyFile')
    return `${environmentName('secretKeyFile')} (or ${environmentName('secretKey')})`
  if (cause !== DESTINATION) return environmentName(cause)
  if (!('region' in upstream)) return environmentName('upstreamUrl')
  return `${environmentName('region')} (now ${upstream.region})`
}
