import { drawUnknownAccounts } from './ambiguity.ts'
import type { App } from './app.ts'
import type { FaultPlan } from './fault-plan.ts'
import { isMagic } from './magic-id.ts'
import type { AccountError, Reply } from './reply.ts'
import { accountError, ok } from './reply.ts'
import type { TagEntry } from './request-fields.ts'
import type { TagStore } from './store.ts'
import { refuseTags } from './tag-limits.ts'

/** What an account's tags become, of those it has and those that the call names. */
export type TagChange = (before: readonly string[], named: readonly string[]) => readonly string[]

/**
 * Changes the tags of each account of a call, in the call's order, and answers it. An account that
 * cannot be served is named in `ErrorList`, once, and keeps the tags it has, while the others are
 * served and the call as a whole is well. A magic account takes every change and keeps none.
 */
export function changeTags(
  app: App,
  plan: FaultPlan,
  entries: readonly TagEntry[],
  change: TagChange,
): Reply {
  const unknownAccounts = drawUnknownAccounts(app)
  const errors = new Map<string, AccountError>()
  for (const entry of entries) {
    const code =
      faultOf(plan, entry.account) ?? changeOne(app.users, unknownAccounts, entry, change)
    if (typeof code === 'number') errors.set(entry.account, accountError(entry.account, code))
  }
  return ok({}, [...errors.values()])
}

/** The code that a fault gives the account, `omit` if one leaves it out, undefined without one. */
function faultOf(plan: FaultPlan, account: string): number | 'omit' | undefined {
  const action = plan.accounts.get(account)
  switch (action?.kind) {
    case 'each':
      return action.code
    case 'omit':
      return 'omit'
    // The account's entry, repeated, says nothing new.
    case 'dup':
    case undefined:
      return undefined
  }
}

/** Changes one account's tags, or returns the code that says why not. */
function changeOne(
  users: TagStore,
  unknownAccounts: ReturnType<typeof drawUnknownAccounts>,
  { account, tags }: TagEntry,
  change: TagChange,
): number | undefined {
  if (isMagic(account)) return undefined
  const known = users.tagsOf(account)
  if (known === undefined && unknownAccounts !== 'empty') {
    return unknownAccounts === 'omit' ? undefined : 70107
  }
  const before = known ?? []
  const after = change(before, tags)
  const refusal = refuseTags(users.usage, account, before, after)
  if (refusal !== undefined) return refusal
  // An account that is not known and gets nothing stays unknown.
  if (known !== undefined || after.length > 0) users.set(account, after)
  return undefined
}
