import type { SecretState } from '../secrets/secret-change.ts'
import { FILE, WHAT } from '../secrets/secret-words.ts'
import type { Trouble } from './status.ts'

/** Says in words what is wrong with secrets that come from files, at the moment. */
export function secretTroubles(states: readonly SecretState[]): readonly Trouble[] {
  return states.flatMap(({ secret, usable, onTrial, refused }): Trouble[] => {
    if (!usable) {
      return [
        {
          level: 'warn',
          text: `The file of the ${WHAT[secret]} is missing or bad.`,
          advice: `What was read before stays in use. Put the secret into the file of ${FILE[secret]}, alone, on one line.`,
        },
      ]
    }
    if (!onTrial || refused === 0 || secret !== 'secret-key') return []
    return [
      {
        level: 'warn',
        text: 'Tencent has not accepted the new secret key.',
        advice: `The one before it stays in use. Check that the file of ${FILE[secret]} has the key of this SDKAppID.`,
      },
    ]
  })
}
