/** What operators are told of secrets. No text here takes a secret or a path. */

import type { Unusable } from './read-secret-file.ts'
import type { Offer, SecretName } from './secret-change.ts'

export const WHAT: Readonly<Record<SecretName, string>> = {
  'secret-key': 'secret key',
  'access-token': 'access token',
}

export const FILE: Readonly<Record<SecretName, string>> = {
  'secret-key': 'TAGSIDE_SECRET_KEY_FILE',
  'access-token': 'TAGSIDE_ACCESS_TOKEN_FILE',
}

export const UNUSABLE: Readonly<Record<Unusable, string>> = {
  missing: 'is missing',
  unreadable: 'cannot be read',
  'not-a-file': 'is no regular file',
  'too-large': 'is larger than 64 KiB',
  empty: 'is empty',
  malformed: 'holds no single text without white space',
}

export const OFFERED: Readonly<Record<SecretName, Readonly<Record<Offer, string>>>> = {
  'secret-key': {
    'on-trial':
      'the file has a new secret key: the next call tries it, and the one before stays until Tencent has accepted the new one',
    'refused-before':
      'the file has a secret key again that Tencent refused a moment ago: it is tried when the one in use is refused',
    'in-use': 'the file has the secret key again that is in use',
  },
  'access-token': {
    'on-trial':
      'the file has a new access token: callers may send either, until one first sends the new one',
    'refused-before': 'the file has a new access token',
    'in-use': 'the file has the access token again that is in use',
  },
}

export const ACCEPTED: Readonly<Record<SecretName, string>> = {
  'secret-key': 'Tencent accepts the new secret key: the one before is forgotten',
  'access-token': 'a caller sent the new access token: the one before is refused from now on',
}
