import type { App } from './app.ts'
import type { CallContent } from './call.ts'
import { changeTags } from './change-tags.ts'
import type { Reply } from './reply.ts'
import { readAccounts, readEntries } from './request-fields.ts'

/**
 * Answers `v4/timpush/remove_tag` (Tencent document 1047/60569) and its forerunner
 * `v4/all_member_push/im_remove_tag`: takes the named tags from each account. A tag that it does
 * not have is no error.
 */
export function removeTag(app: App, { body, plan }: CallContent): Reply {
  const entries = readEntries(body)
  if ('refusal' in entries) return entries.refusal
  return changeTags(app, plan, entries.value, (before, named) => {
    const removed = new Set(named)
    return before.filter((tag) => !removed.has(tag))
  })
}

/**
 * Answers `v4/timpush/clear_all_tags` (Tencent document 1047/60570) and its forerunner
 * `v4/all_member_push/im_remove_all_tags`: takes every tag from each account, which stays known.
 */
export function clearAllTags(app: App, { body, plan }: CallContent): Reply {
  const accounts = readAccounts(body)
  if ('refusal' in accounts) return accounts.refusal
  const entries = accounts.value.map((account) => ({ account, tags: [] }))
  return changeTags(app, plan, entries, () => [])
}
