import type { SecretState } from '../secrets/secret-change.ts'
import { type Family, labelled, labelledGauge } from './families.ts'

const RESULTS = ['accepted', 'refused', 'unusable'] as const

/** What became of secrets that come from files, as metrics. No series where none does. */
export function secretFamilies(states: readonly SecretState[]): Family[] {
  return [
    labelled(
      'secret_reloads_total',
      'New secrets that were accepted, that Tencent refused, and times that a file became unusable',
      states.flatMap((state) =>
        RESULTS.map((result) => ({
          labels: { secret: state.secret, result },
          value: state[result],
        })),
      ),
    ),
    labelledGauge(
      'secret_file_usable',
      '1 the file holds a secret; 0 it is missing or bad, and what was read before stays in use',
      states.map(({ secret, usable }) => ({ labels: { secret }, value: Number(usable) })),
    ),
    labelledGauge(
      'secret_on_trial',
      '1 the file holds another secret than the one in use, and it has not worked yet; 0 it holds the one in use',
      states.map(({ secret, onTrial }) => ({ labels: { secret }, value: Number(onTrial) })),
    ),
  ]
}
