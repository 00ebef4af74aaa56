import { expect, test } from 'vitest'

import type { SecretState } from '../secrets/secret-change.ts'
import { secretTroubles } from './secret-troubles.ts'

const FINE: SecretState = {
  secret: 'secret-key',
  usable: true,
  onTrial: false,
  isRefused: false,
  accepted: 1,
  refused: 1,
  unusable: 1,
}

test.each<[string, Partial<SecretState>, string[]]>([
  ['that is in use', {}, []],
  ['that nobody has tried yet', { onTrial: true }, []],
  [
    'that Tencent refuses',
    { onTrial: true, isRefused: true },
    ['Tencent refuses the new secret key. The one before it stays in use.'],
  ],
  [
    'whose file is gone',
    { usable: false },
    ['The file of the secret key is missing or bad. What was read before stays in use.'],
  ],
  [
    'whose file is gone, and which callers have to send',
    { secret: 'access-token', usable: false },
    ['The file of the access token is missing or bad. What was read before stays in use.'],
  ],
])('a secret %s: the page says what is the matter, and what goes on', (_, state, said) => {
  const troubles = secretTroubles([{ ...FINE, ...state }])
  expect(troubles.map(({ text, advice }) => `${text} ${advice.split('. ')[0]}.`)).toEqual(said)
  for (const { advice } of troubles)
    expect(advice).toMatch(/TAGSIDE_(?:SECRET_KEY|ACCESS_TOKEN)_FILE/)
})
