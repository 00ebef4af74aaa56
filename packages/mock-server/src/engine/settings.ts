import type { AppSettings } from './app.ts'
import { latencyForms, parseLatency, printLatency } from './latency.ts'

/** AppSettings as one writes them: the latency is text. */
export interface WrittenSettings extends Omit<AppSettings, 'latency'> {
  readonly latency: string
}

/** Some settings; those that are left out stay as they are. */
export interface SettingsChange {
  /** An integer from 1, or `off`. */
  readonly rate?: AppSettings['rate'] | undefined
  readonly rateAlgorithm?: AppSettings['rateAlgorithm'] | undefined
  /** `40`, `uniform(10,80)` or `lognormal(40,0.4)`, in milliseconds. */
  readonly latency?: number | string | undefined
  /** Left out, it goes along with a change of the ambiguity. */
  readonly unknownAccounts?: AppSettings['unknownAccounts'] | undefined
  readonly ambiguity?: AppSettings['ambiguity'] | undefined
  readonly signatureCheck?: AppSettings['signatureCheck'] | undefined
}

/** The settings of an app that is given none. */
export const defaultSettings: AppSettings = {
  rate: 100,
  rateAlgorithm: 'sliding',
  latency: { kind: 'fixed', ms: 0 },
  unknownAccounts: 'error-list',
  ambiguity: 'fixed',
  signatureCheck: 'on',
}

/** Returns the settings after a change; throws RangeError for a rate or latency that cannot be. */
export function changedSettings(current: AppSettings, change: SettingsChange): AppSettings {
  const { rate = current.rate, ambiguity = current.ambiguity } = change
  if (rate !== 'off' && (!Number.isInteger(rate) || rate < 1)) {
    throw new RangeError(`rate: expected a whole number from 1, or 'off', got ${rate}`)
  }
  const latency =
    change.latency === undefined ? current.latency : parseLatency(String(change.latency))
  if (latency === undefined) {
    throw new RangeError(`latency: expected ${latencyForms}, got ${change.latency}`)
  }
  const { rateAlgorithm = current.rateAlgorithm, signatureCheck = current.signatureCheck } = change
  const unknownAccounts = change.unknownAccounts ?? alongWith(ambiguity, current)
  return { rate, rateAlgorithm, latency, unknownAccounts, ambiguity, signatureCheck }
}

/** What becomes of unknown accounts where a change does not say. */
function alongWith(
  ambiguity: AppSettings['ambiguity'],
  { ambiguity: before, unknownAccounts }: AppSettings,
): AppSettings['unknownAccounts'] {
  // The ambiguity given again, as it is, is no change: what was chosen for unknown accounts stays.
  if (ambiguity === before) return unknownAccounts
  if (ambiguity === 'random') return 'random'
  return unknownAccounts === 'random' ? 'error-list' : unknownAccounts
}

/** Writes settings as `changedSettings` reads them. */
export function writtenSettings(settings: AppSettings): WrittenSettings {
  return { ...settings, latency: printLatency(settings.latency) }
}
