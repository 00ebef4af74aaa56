import * as v from 'valibot'

import type { Reply } from './reply.ts'
import { fail } from './reply.ts'

/** Users in one call, as sent, of any of the tag calls (documents 1047/60567 to 60570). */
const USERS_MAX = 100

/** What one account is to get or lose. */
export interface TagEntry {
  readonly account: string
  /** As sent: in their order, repeated ones included. */
  readonly tags: readonly string[]
}

/** A field of a request: its value, or the refusal of the call. */
export type Field<Value> = { readonly value: Value } | { readonly refusal: Reply }

const accountsField = v.object({ To_Account: v.pipe(v.array(v.unknown()), v.minLength(1)) })

/** Reads `To_Account`, the accounts of a `get` or `clear` call, of which there must be 1 to 100. */
export function readAccounts(body: unknown): Field<readonly string[]> {
  const parsed = v.safeParse(accountsField, body)
  if (!parsed.success) return badField(body, 'To_Account')
  const accounts = parsed.output.To_Account
  if (!accounts.every((account) => typeof account === 'string')) return { refusal: fail(60015) }
  if (accounts.length > USERS_MAX) return { refusal: fail(90018) }
  return { value: accounts }
}

const entriesField = v.object({
  UserTags: v.pipe(
    v.array(
      v.object({
        To_Account: v.unknown(),
        Tags: v.array(v.pipe(v.string(), v.nonEmpty())),
      }),
    ),
    v.minLength(1),
  ),
})

/**
 * Reads `UserTags`, the accounts and tags of an `add` or `remove` call, of which there must be 1 to
 * 100. `Tags` may be empty; a tag may not.
 */
export function readEntries(body: unknown): Field<readonly TagEntry[]> {
  const parsed = v.safeParse(entriesField, body)
  if (!parsed.success) return badField(body, 'UserTags')
  const entries: TagEntry[] = []
  for (const { To_Account: account, Tags: tags } of parsed.output.UserTags) {
    if (typeof account !== 'string') return { refusal: fail(60015) }
    entries.push({ account, tags })
  }
  if (entries.length > USERS_MAX) return { refusal: fail(90018) }
  return { value: entries }
}

const replaceField = v.object({ Replace: v.optional(v.picklist([0, 1]), 0) })

/** Reads `Replace`: whether an `add` call overwrites what the accounts have. Default no. */
export function readReplace(body: unknown): Field<boolean> {
  const parsed = v.safeParse(replaceField, body)
  return parsed.success ? { value: parsed.output.Replace === 1 } : badField(body, 'Replace')
}

// Document 1047/67553 shows 90001 with this text for a field that is wrong in good JSON.
function badField(body: unknown, name: string): { readonly refusal: Reply } {
  return { refusal: body === undefined ? fail(90001) : fail(90001, `Invalid format of ${name}`) }
}
