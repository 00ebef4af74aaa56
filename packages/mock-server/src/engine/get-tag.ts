import { drawUnknownAccounts } from './ambiguity.ts'
import type { App } from './app.ts'
import type { CallContent } from './call.ts'
import type { AccountError, Reply, UserTags } from './reply.ts'
import { accountError, ok } from './reply.ts'
import { readAccounts } from './request-fields.ts'
import { shuffled } from './random.ts'

/**
 * Answers `v4/timpush/get_tag` (Tencent document 1047/60567) and its forerunner
 * `v4/all_member_push/im_get_tag`: at most 100 accounts as sent, each account once in the reply,
 * those that are not known in `ErrorList` while the call as a whole is well.
 */
export function getTag(app: App, { body, plan, tagsOf }: CallContent): Reply {
  const accounts = readAccounts(body)
  if ('refusal' in accounts) return accounts.refusal

  const unknownAccounts = drawUnknownAccounts(app)
  const found: UserTags[] = []
  const errors: AccountError[] = []
  for (const account of new Set(accounts.value)) {
    const action = plan.accounts.get(account)
    if (action?.kind === 'omit') continue
    if (action?.kind === 'each') {
      errors.push(accountError(account, action.code))
      continue
    }
    const tags = tagsOf(account)
    if (tags !== undefined) {
      const entry = { To_Account: account, Tags: tags }
      found.push(...(action?.kind === 'dup' ? [entry, entry] : [entry]))
      continue
    }
    switch (unknownAccounts) {
      case 'error-list':
        errors.push(accountError(account, 70107))
        break
      case 'empty':
        found.push({ To_Account: account, Tags: [] })
        break
      case 'omit':
    }
  }
  return ok({ UserTags: plan.shuffle ? shuffled(found, app.random) : found }, errors)
}
