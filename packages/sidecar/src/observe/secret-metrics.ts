import type { SecretState } from '../secrets/secret-change.ts'

/** One series of a metric of secrets, with its labels. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric of secrets: what it is called, what it means, and how it is read off their states. Absent series = no secret comes from a file. */
interface SecretRow {
  readonly type: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly samples: (states: readonly SecretState[]) => readonly Sample[]
}

const RESULTS = ['accepted', 'refused', 'unusable'] as const

/** Labels come from closed sets: the name of a secret, and what became of a new one. */
export const SECRET_ROWS: readonly SecretRow[] = [
  {
    type: 'counter',
    name: 'secret_reloads_total',
    help: 'New secrets that were accepted, that Tencent refused, and times that a file became unusable',
    labels: ['secret', 'result'],
    samples: (states) =>
      states.flatMap((state) =>
        RESULTS.map((result) => ({
          labels: { secret: state.secret, result },
          value: state[result],
        })),
      ),
  },
  {
    type: 'gauge',
    name: 'secret_file_usable',
    help: '1 the file holds a secret; 0 it is missing or bad, and what was read before stays in use',
    labels: ['secret'],
    samples: (states) =>
      states.map(({ secret, usable }) => ({ labels: { secret }, value: Number(usable) })),
  },
  {
    type: 'gauge',
    name: 'secret_on_trial',
    help: '1 the file holds another secret than the one in use, and it has not worked yet; 0 it holds the one in use',
    labels: ['secret'],
    samples: (states) =>
      states.map(({ secret, onTrial }) => ({ labels: { secret }, value: Number(onTrial) })),
  },
]
