import type { ChangeCall } from './change-tags-rows.ts'
import { changeRow, commonRows, readBackRow, userTags } from './change-tags-rows.ts'
import { either, failsWith, succeeds } from './expectation.ts'
import { asking } from './get-tag-rows.ts'
import type { CallSpec, Row } from './row.ts'
import { device, untagged } from './world.ts'

const path = '/v4/timpush/add_tag'
const forerunnerPath = '/v4/all_member_push/im_add_tag'
const document = '1047/60568'

function adding(tagsOf: Readonly<Record<string, readonly string[]>>, more: object = {}): CallSpec {
  return { path, body: { json: { ...userTags(tagsOf), ...more } } }
}

const replacing = (tagsOf: Readonly<Record<string, readonly string[]>>): CallSpec =>
  adding(tagsOf, { Replace: 1 })

const tags = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `tag-${index + 1}`)

const addTag: ChangeCall = {
  name: 'add_tag',
  path,
  document,
  changing: (...accounts) =>
    adding(Object.fromEntries(accounts.map((account) => [account, ['SilverMember']]))),
  leaves: ['GoldMember', 'WeekPassUser', 'SilverMember'],
}

/** What the documents say of `add_tag`. */
export const addTagRows: readonly Row[] = [
  ...commonRows(addTag),
  readBackRow(
    {
      id: 'add_tag.read-back',
      fact: 'Tags that are added stand beside those that were there.',
      confidence: 'doc',
      source: `${document}, Replace`,
      before: [adding({ xiaoming: ['SilverMember'] })],
    },
    { xiaoming: ['GoldMember', 'WeekPassUser', 'SilverMember'] },
  ),
  readBackRow(
    {
      id: 'add_tag.repeated',
      fact: 'A tag that the user has is added without effect.',
      confidence: 'assumed',
      source: 'no document',
      before: [adding({ xiaoming: ['GoldMember', 'GoldMember'] })],
    },
    { xiaoming: ['GoldMember', 'WeekPassUser'] },
  ),
  readBackRow(
    {
      id: 'add_tag.replace',
      fact: 'With Replace 1 the tags of the call take the place of those that were there.',
      confidence: 'doc',
      source: `${document}, Replace`,
      before: [replacing({ xiaoming: ['SilverMember'] })],
    },
    { xiaoming: ['SilverMember'] },
  ),
  changeRow({
    id: 'add_tag.ten',
    fact: 'A user may get 10 tags in a call.',
    confidence: 'doc',
    source: `${document}, limits`,
    call: adding({ [untagged]: tags(10) }),
    expected: succeeds({}),
  }),
  changeRow({
    id: 'add_tag.eleven',
    fact: 'More than 10 tags for a user fail the call.',
    confidence: 'doc',
    source: `${document}, limits; 1047/34348, code 90032`,
    call: adding({ [untagged]: tags(11) }),
    expected: failsWith(90032),
  }),
  changeRow({
    id: 'add_tag.replace-hundred',
    fact: 'With Replace 1 a user may get 100 tags in a call.',
    confidence: 'doc',
    source: `${document}, limits`,
    call: replacing({ [untagged]: tags(100) }),
    expected: succeeds({}),
  }),
  changeRow({
    id: 'add_tag.replace-too-many',
    fact: 'With Replace 1 more than 100 tags for a user fail the call.',
    confidence: 'assumed',
    source: `${document} has the limit, and no document a code`,
    call: replacing({ [untagged]: tags(101) }),
    expected: failsWith(90032, 90001),
  }),
  changeRow({
    id: 'add_tag.user-full',
    fact: 'A user has at most 100 tags.',
    confidence: 'assumed',
    source: `${document} has the limit, and no document a code`,
    before: [replacing({ [untagged]: tags(100) })],
    call: adding({ [untagged]: ['SilverMember'] }),
    expected: either(succeeds({ failed: { [untagged]: 90032 } }), failsWith(90032)),
  }),
  changeRow({
    id: 'add_tag.fifty-bytes',
    fact: 'A tag may have 50 bytes, in UTF-8.',
    confidence: 'assumed',
    source: `${document} has the bytes, and not the encoding`,
    call: adding({ [untagged]: [`${'标'.repeat(16)}ab`] }),
    expected: succeeds({}),
  }),
  changeRow({
    id: 'add_tag.long',
    fact: 'A tag of more than 50 bytes fails the call.',
    confidence: 'doc',
    source: `${document}, limits; 1047/34348, code 90034`,
    call: adding({ [untagged]: ['x'.repeat(51)] }),
    expected: failsWith(90034),
  }),
  readBackRow(
    {
      id: 'add_tag.all-or-nothing',
      fact: 'A call that fails has changed nothing.',
      confidence: 'assumed',
      source: 'no document',
      before: [adding({ xiaoming: ['SilverMember'], xiaohong: tags(11) })],
    },
    {
      xiaoming: ['GoldMember', 'WeekPassUser'],
      xiaohong: ['PlatinumMember', 'MonthPassUser'],
    },
  ),
  changeRow({
    id: 'add_tag.account-type',
    fact: 'A tag that UserIDs have cannot be given to a RegistrationID: it is in ErrorList with 90035.',
    confidence: 'sample',
    source: `${document}, ErrorList`,
    call: adding({ [device]: ['GoldMember'], xiaoming: ['SilverMember'] }),
    expected: succeeds({ failed: { [device]: 90035 } }),
  }),
  readBackRow(
    {
      id: 'add_tag.registration-id',
      fact: 'A RegistrationID has tags of its own.',
      confidence: 'doc',
      source: `${document}, To_Account`,
      before: [adding({ [device]: ['Tablet'] })],
    },
    { [device]: ['Tablet'] },
  ),
  changeRow({
    id: 'add_tag.forerunner',
    fact: 'The older path im_add_tag changes the tags that the older path im_get_tag reads.',
    confidence: 'doc',
    source: '1047/37166 to 37175',
    before: [{ ...adding({ xiaoming: ['SilverMember'] }), path: forerunnerPath }],
    call: { ...asking('xiaoming'), path: '/v4/all_member_push/im_get_tag' },
    expected: succeeds({ changed: { xiaoming: ['GoldMember', 'WeekPassUser', 'SilverMember'] } }),
  }),
  readBackRow(
    {
      id: 'add_tag.forerunner-replace',
      fact: 'The older path im_add_tag has no Replace, and adds.',
      confidence: 'assumed',
      source: '1047/37166 to 37175 do not name the field',
      before: [{ ...replacing({ xiaoming: ['SilverMember'] }), path: forerunnerPath }],
    },
    { xiaoming: ['GoldMember', 'WeekPassUser', 'SilverMember'] },
  ),
]
