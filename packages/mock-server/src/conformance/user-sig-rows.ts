import type { UserSigVariant } from '../engine/issue-usersig.ts'
import type { Expectation } from './expectation.ts'
import { failsWith, succeeds } from './expectation.ts'
import { asking, getTagPath } from './get-tag-rows.ts'
import type { Row, Verdict } from './row.ts'

const OWN_SIGNATURE = "no: the sidecar looks at no caller's UserSig, and signs for itself"
// 70050 locks the credential for a minute; how many failures it takes is not known.
const LOCKS = 'no: many failures lock the app out (70050), so only three rows risk one'

/** What the documents say of UserSigs, shown by `get_tag`. */
export const userSigRows: readonly Row[] = [
  {
    id: 'user_sig.reused',
    fact: 'A UserSig may be used for any number of calls until it expires.',
    confidence: 'doc',
    source: '1047/34620, usersig',
    before: [asking('xiaoming')],
    call: asking('xiaohong'),
    expected: succeeds({ users: ['xiaohong'] }),
    live: 'yes',
    dropIn: 'yes',
  },
  refused('expired', 'that has expired', failsWith(70001), 'yes'),
  refused('garbled', 'of which half is missing', failsWith(70003, 70005), 'yes'),
  refused('wrong-key', 'that another key signed', failsWith(70009), 'yes'),
  refused('other-user', 'of another identifier', failsWith(70013), LOCKS),
  refused('other-app', 'of another SDKAppID', failsWith(70014), LOCKS),
  {
    id: 'user_sig.no-base64',
    fact: 'What has not even the letters of a UserSig is refused.',
    confidence: 'doc',
    source: '1047/34348, code 70003 and, in older lists, 70005',
    call: { ...asking('xiaoming'), query: { usersig: 'no UserSig' } },
    expected: failsWith(70003, 70005),
    live: LOCKS,
    dropIn: OWN_SIGNATURE,
  },
  {
    id: 'user_sig.absent',
    fact: 'A call without a UserSig fails.',
    confidence: 'doc',
    source: '1047/34348, code 60025 and, in older lists, 70002',
    call: { ...asking('xiaoming'), query: { usersig: '' } },
    expected: failsWith(60025, 70002, 70003),
    live: LOCKS,
    dropIn: OWN_SIGNATURE,
  },
  {
    id: 'user_sig.no-admin',
    fact: 'A caller with a good UserSig who is no administrator of the app is refused.',
    confidence: 'doc',
    source: '1047/60567, code 90009; 1047/34348, codes 60010 and 70403',
    call: { ...asking('xiaoming'), query: { identifier: 'xiaoming' } },
    expected: failsWith(90009, 60010, 70403),
    live: 'yes',
    dropIn: OWN_SIGNATURE,
  },
  {
    id: 'user_sig.before-body',
    fact: 'Of a bad UserSig and a bad body, either may be told.',
    confidence: 'assumed',
    source: 'no document has the order of the checks',
    call: { path: getTagPath, body: { text: '{' }, userSig: 'garbled' },
    expected: failsWith(70003, 70005, 90001, 60003),
    live: LOCKS,
    dropIn: OWN_SIGNATURE,
  },
]

function refused(
  userSig: UserSigVariant,
  which: string,
  expected: Expectation,
  live: Verdict,
): Row {
  return {
    id: `user_sig.${userSig}`,
    fact: `A UserSig ${which} is refused.`,
    confidence: 'doc',
    source: `1047/34348, code ${expected.codes?.join(' and, in older lists, ')}`,
    call: { ...asking('xiaoming'), userSig },
    expected,
    live,
    dropIn: OWN_SIGNATURE,
  }
}
