import * as v from 'valibot'

import { drawUnknownAccounts } from './ambiguity.ts'
import type { App } from './app.ts'
import type { CallContent } from './call.ts'
import { textOf } from './codes.ts'
import type { AccountError, Reply, UserTags } from './reply.ts'
import { fail, ok } from './reply.ts'
import { shuffled } from './random.ts'

const USERS_MAX = 100

const request = v.object({ To_Account: v.pipe(v.array(v.unknown()), v.minLength(1)) })

/**
 * Answers `v4/timpush/get_tag` (Tencent document 1047/60567) and its forerunner
 * `v4/all_member_push/im_get_tag`: at most 100 accounts as sent, each account once in the reply,
 * those that are not known in `ErrorList` while the call as a whole is well.
 */
export function getTag(app: App, { body, plan, tagsOf }: CallContent): Reply {
  const parsed = v.safeParse(request, body)
  if (!parsed.success) return fail(90001)
  const accounts = parsed.output.To_Account
  if (!accounts.every((account) => typeof account === 'string')) return fail(60015)
  if (accounts.length > USERS_MAX) return fail(90018)

  const unknownAccounts = drawUnknownAccounts(app)
  const found: UserTags[] = []
  const errors: AccountError[] = []
  for (const account of new Set(accounts)) {
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

function accountError(account: string, code: number): AccountError {
  return { To_Account: account, ErrorCode: code, ErrorInfo: textOf(code) }
}
