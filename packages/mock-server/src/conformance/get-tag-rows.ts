import { either, failsWith, succeeds } from './expectation.ts'
import type { CallSpec, Row } from './row.ts'
import { untagged } from './world.ts'

/** Path of `get_tag`. */
export const getTagPath = '/v4/timpush/get_tag'

/** A call of `get_tag` that asks for these accounts. */
export function asking(...accounts: readonly unknown[]): CallSpec {
  return { path: getTagPath, body: { json: { To_Account: accounts } } }
}

/** A call with this body, which need not be JSON. */
export function saying(text: string, path: string = getTagPath): CallSpec {
  return { path, body: { text } }
}

/** As many accounts that are not known. */
export function strangers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `nobody-${index + 1}`)
}

const registrationId = 'A1B2C3D4-0000-4000-8000-1234567890AB'

const codesOfBadFields = [60003, 90003, 90028, 90029, 70402] as const

/** What the documents say of `get_tag`, call by call. */
export const getTagRows: readonly Row[] = [
  {
    id: 'get_tag.tags',
    fact: 'UserTags has an entry with the tags of each account that was asked for.',
    confidence: 'doc',
    source: '1047/60567, response',
    call: asking('xiaoming', 'xiaohong'),
    expected: succeeds({ users: ['xiaoming', 'xiaohong'] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.order',
    fact: 'Entries are found by their To_Account, for their order is not promised.',
    confidence: 'sample',
    source:
      '269/45934 to 45943, where the sample of im_get_attr has another order than was asked for',
    call: asking('xiaohong', 'nobody-1', 'xiaoming'),
    expected: succeeds({ users: ['xiaoming', 'xiaohong'], unknown: ['nobody-1'] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.unknown',
    fact: 'An account that is not imported is in ErrorList with 70107, and the call succeeds.',
    confidence: 'doc',
    source: '1047/67820, ErrorList; absent from 1047/60567 of 2024',
    call: asking('xiaoming', 'nobody-1'),
    expected: succeeds({ users: ['xiaoming'], unknown: ['nobody-1'] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.all-unknown',
    fact: 'The call succeeds even if no account is imported.',
    confidence: 'assumed',
    source: '1047/67820 shows only some unknown',
    call: asking('nobody-1', 'nobody-2'),
    expected: either(succeeds({ unknown: ['nobody-1', 'nobody-2'] }), failsWith(70107)),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.no-tags',
    fact: 'A user without tags has an entry without tags, and no error.',
    confidence: 'assumed',
    source: '1047/67817, the sample of its sibling get_attr',
    call: asking(untagged),
    expected: succeeds({ users: [untagged] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.repeated',
    fact: 'An account that is asked for twice is answered, once or twice.',
    confidence: 'assumed',
    source: 'no document',
    call: asking('xiaoming', 'xiaoming'),
    expected: succeeds({ users: ['xiaoming'] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.registration-id',
    fact: 'A RegistrationID, 36 characters long, is an account like a UserID.',
    confidence: 'doc',
    source: '1047/60567, To_Account; its form in 1047/67821',
    call: asking(registrationId),
    expected: succeeds({ unknown: [registrationId] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.case',
    fact: 'An id in another case is another account.',
    confidence: 'assumed',
    source: '1047/34620 says it of parameter values',
    call: asking('XiaoMing'),
    expected: succeeds({ unknown: ['XiaoMing'] }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.empty-id',
    fact: 'An empty id is refused, or is not imported.',
    confidence: 'assumed',
    source: 'no document',
    call: asking(''),
    expected: either(succeeds({ unknown: [''] }), failsWith(60015, ...codesOfBadFields, 90001)),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.not-text',
    fact: 'An account that is no string fails the call.',
    confidence: 'doc',
    source: '1047/34348, code 60015; 90001 also covers fields',
    call: asking('xiaoming', 7),
    expected: failsWith(60015, 90001),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.hundred',
    fact: 'A call may name 100 accounts.',
    confidence: 'doc',
    source: '1047/60567, To_Account',
    call: asking('xiaoming', ...strangers(99)),
    expected: succeeds({ users: ['xiaoming'], unknown: strangers(99) }),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.too-many',
    fact: 'A call that names more than 100 accounts fails.',
    confidence: 'doc',
    source: '1047/60567, code 90018',
    call: asking(...strangers(101)),
    expected: failsWith(90018),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.too-many-repeated',
    fact: 'Accounts that are repeated count towards the 100, or do not.',
    confidence: 'assumed',
    source: 'no document',
    call: asking(...strangers(100), 'nobody-1'),
    expected: either(failsWith(90018), succeeds({ unknown: strangers(100) })),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.no-accounts',
    fact: 'A call that names no account fails, or finds nobody.',
    confidence: 'assumed',
    source: '1047/34348, code 90029 of its siblings',
    call: asking(),
    expected: either(failsWith(90001, ...codesOfBadFields), succeeds({})),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.no-field',
    fact: 'A call without To_Account fails.',
    confidence: 'assumed',
    source: '1047/60567 requires it; 1047/67553 shows 90001 for a bad field',
    call: saying('{}'),
    expected: failsWith(90001, ...codesOfBadFields),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.no-array',
    fact: 'A call whose To_Account is no array fails.',
    confidence: 'assumed',
    source: '1047/34348, code 90028 of its siblings',
    call: saying('{"To_Account":"xiaoming"}'),
    expected: failsWith(90001, ...codesOfBadFields),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.broken-json',
    fact: 'A body that is not JSON fails the call.',
    confidence: 'doc',
    source: '1047/60567, code 90001; 1047/34348, code 60003',
    call: saying('{"To_Account":['),
    expected: failsWith(90001, 60003),
    live: 'yes',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.internal',
    fact: 'An internal error of the service fails the call with 91000.',
    confidence: 'doc',
    source: '1047/60567, code 91000',
    call: asking('mock_err_91000'),
    expected: failsWith(91000),
    live: 'no: nobody can bring it about there',
    dropIn: 'yes',
  },
  {
    id: 'get_tag.forerunner',
    fact: 'The older path im_get_tag answers in the same fields.',
    confidence: 'doc',
    source: '269/45940',
    call: { ...asking('xiaoming'), path: '/v4/all_member_push/im_get_tag' },
    expected: succeeds({ users: ['xiaoming'] }),
    live: 'no: it needs another plan',
    dropIn: 'yes',
  },
]
