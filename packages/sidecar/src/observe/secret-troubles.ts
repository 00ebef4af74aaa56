import type { SecretState } from '../secrets/secret-change.ts'
import { FILE, WHAT } from '../secrets/secret-words.ts'
import type { Trouble } from './status.ts'

/** Says in words what is wrong with secrets that come from files, at the moment. */
export function secretTroubles(states: readonly SecretState[]): readonly Trouble[] {
  return states.flatMap(({ secret, usable, isRefused }): Trouble[] => {
    if (!usable) {
      return [
        {
          level: 'warn',
          text: `The file of the ${WHAT[secret]} is missing or bad.`,
          advice: `What was read before stays in use. Put the secret into the file of ${FILE[secret]}, alone, on one line.`,
        },
      ]
    }
    if (!isRefused) return []
    return [
      {
        level: 'warn',
        text: `Tencent refuses the new ${WHAT[secret]}.`,
        advice: `The one before it stays in use. Check that the file of ${FILE[secret]} has the one of this SDKAppID.`,
      },
    ]
  })
}
