import type { App } from './app.ts'
import type { CallContent } from './call.ts'
import { changeTags } from './change-tags.ts'
import type { Reply } from './reply.ts'
import { fail } from './reply.ts'
import type { TagEntry } from './request-fields.ts'
import { readEntries, readReplace } from './request-fields.ts'

/** Tags of one account in one call, as sent: added to what it has, and in place of it. */
const ADDED_MAX = 10
const REPLACING_MAX = 100
const TAG_BYTES_MAX = 50

/**
 * Answers `v4/timpush/add_tag` (Tencent document 1047/60568): adds at most 10 tags to each account,
 * or, with `Replace` 1, gives it at most 100 in place of those it has. More tags fail the call with
 * 90032, a tag of more than 50 bytes with 90034, and nothing is changed then.
 */
export function addTag(app: App, content: CallContent): Reply {
  const replace = readReplace(content.body)
  return 'refusal' in replace ? replace.refusal : add(app, content, replace.value)
}

/**
 * Answers `v4/all_member_push/im_add_tag` (documents 1047/37166 to 37175), the forerunner, which
 * does not know `Replace` and looks at it no more than at any other unknown field.
 */
export function imAddTag(app: App, content: CallContent): Reply {
  return add(app, content, false)
}

function add(app: App, { body, plan }: CallContent, isReplacing: boolean): Reply {
  const entries = readEntries(body)
  if ('refusal' in entries) return entries.refusal
  const code = refuseForm(entries.value, isReplacing ? REPLACING_MAX : ADDED_MAX)
  if (code !== undefined) return fail(code)
  return changeTags(app, plan, entries.value, (before, named) => [
    ...new Set(isReplacing ? named : [...before, ...named]),
  ])
}

function refuseForm(entries: readonly TagEntry[], tagsMax: number): 90032 | 90034 | undefined {
  if (entries.some(({ tags }) => tags.length > tagsMax)) return 90032
  return entries.some(({ tags }) => tags.some(isLong)) ? 90034 : undefined
}

function isLong(tag: string): boolean {
  return Buffer.byteLength(tag) > TAG_BYTES_MAX
}
