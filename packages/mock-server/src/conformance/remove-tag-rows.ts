import type { ChangeCall } from './change-tags-rows.ts'
import { commonRows, readBackRow, userTags } from './change-tags-rows.ts'
import type { CallSpec, Row } from './row.ts'

function removing(tagsOf: Readonly<Record<string, readonly string[]>>): CallSpec {
  return { path: removeTag.path, body: { json: userTags(tagsOf) } }
}

function clearing(...accounts: readonly string[]): CallSpec {
  return { path: clearAllTags.path, body: { json: { To_Account: accounts } } }
}

const removeTag: ChangeCall = {
  name: 'remove_tag',
  path: '/v4/timpush/remove_tag',
  document: '1047/60569',
  changing: (...accounts) =>
    removing(Object.fromEntries(accounts.map((account) => [account, ['GoldMember']]))),
  leaves: ['WeekPassUser'],
}

const clearAllTags: ChangeCall = {
  name: 'clear_all_tags',
  path: '/v4/timpush/clear_all_tags',
  document: '1047/60570',
  changing: clearing,
  leaves: [],
}

/** What the documents say of `remove_tag`. */
export const removeTagRows: readonly Row[] = [
  ...commonRows(removeTag),
  readBackRow(
    {
      id: 'remove_tag.read-back',
      fact: 'The tags of the call are taken from the user, and no others.',
      confidence: 'doc',
      source: '1047/60569, request',
      before: [removing({ xiaoming: ['GoldMember'] })],
    },
    { xiaoming: ['WeekPassUser'], xiaohong: ['PlatinumMember', 'MonthPassUser'] },
  ),
  readBackRow(
    {
      id: 'remove_tag.last',
      fact: 'A user whose last tag is taken stays known.',
      confidence: 'assumed',
      source: 'no document',
      before: [removing({ xiaoming: ['GoldMember', 'WeekPassUser'] })],
    },
    { xiaoming: [] },
  ),
  readBackRow(
    {
      id: 'remove_tag.absent',
      fact: 'To take a tag that the user does not have is no error, and changes nothing.',
      confidence: 'assumed',
      source: 'no document',
      before: [removing({ xiaoming: ['PlatinumMember'] })],
    },
    { xiaoming: ['GoldMember', 'WeekPassUser'] },
  ),
  readBackRow(
    {
      id: 'remove_tag.forerunner',
      fact: 'The older path im_remove_tag does the same.',
      confidence: 'doc',
      source: '269/45934 to 45943',
      before: [
        { ...removing({ xiaoming: ['GoldMember'] }), path: '/v4/all_member_push/im_remove_tag' },
      ],
    },
    { xiaoming: ['WeekPassUser'] },
  ),
]

/** What the documents say of `clear_all_tags`. */
export const clearAllTagsRows: readonly Row[] = [
  ...commonRows(clearAllTags),
  readBackRow(
    {
      id: 'clear_all_tags.read-back',
      fact: 'Every tag is taken from the accounts of the call, which stay known.',
      confidence: 'doc',
      source: '1047/60570, request',
      before: [clearing('xiaoming')],
    },
    { xiaoming: [], xiaohong: ['PlatinumMember', 'MonthPassUser'] },
  ),
  readBackRow(
    {
      id: 'clear_all_tags.forerunner',
      fact: 'The older path has another name, im_remove_all_tags, and does the same.',
      confidence: 'doc',
      source: '269/45934 to 45943',
      before: [{ ...clearing('xiaoming'), path: '/v4/all_member_push/im_remove_all_tags' }],
    },
    { xiaoming: [] },
  ),
]
