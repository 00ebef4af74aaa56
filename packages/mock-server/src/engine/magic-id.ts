import { codes } from './codes.ts'
import { MockError } from './errors.ts'
import type { Action } from './faults.ts'
import { FaultSyntaxError, parseAction } from './faults.ts'
import { nearest, nearNote } from './near.ts'

/**
 * What a magic account asks for, and in how many of the calls that name it. A mistyped one asks for
 * a refusal of the whole call that says what may have been meant.
 */
export interface MagicId {
  readonly effect: Action | { readonly kind: 'tags'; readonly count: number }
  readonly callsMax: number
}

/** A magic account that was to be an ordinary user. */
export class ReservedAccountError extends MockError {
  override readonly name = 'ReservedAccountError'
  readonly code = 'reserved-account'
}

const PREFIX = 'mock_'
// The longest UserID that Tencent takes, so that any check on the client's side lets a magic
// account pass.
const ID_LENGTH_MAX = 32
const TAGS_MAX = 1000

/** How a magic account is written, by the word after the prefix. */
const forms: ReadonlyMap<string, string> = new Map([
  ['err', 'err_CODE'],
  ['each', 'each_CODE'],
  ['http', 'http_STATUS'],
  ['reset', 'reset'],
  ['fin', 'fin'],
  ['hang', 'hang'],
  ['trunc', 'trunc_BYTES'],
  ['slow', 'slow_MS'],
  ['delay', 'delay_MS'],
  ['badjson', 'badjson'],
  ['emptybody', 'emptybody'],
  ['shuffle', 'shuffle'],
  ['dup', 'dup'],
  ['omit', 'omit'],
  ['tags', 'tags_N'],
])

/** Reports whether an account is a magic one, well written or not. */
export function isMagic(account: string): boolean {
  return account.startsWith(PREFIX)
}

/** Throws ReservedAccountError for an id that would never be looked up among the users. */
export function refuseMagic(user: string): void {
  if (!isMagic(user)) return
  throw new ReservedAccountError(`"${user}": ids that begin with ${PREFIX} are magic accounts`)
}

/**
 * Reads a magic account: after the prefix comes a fault's action with `:` written `_`, or `tags_N`,
 * and at the end `_xN` where only the first N calls are meant. Codes must be in the catalogue.
 */
export function readMagicId(id: string): MagicId {
  const [, name = '', calls] = /^mock_([a-z0-9_]*?)(?:_x([1-9]\d{0,8}))?$/.exec(id) ?? []
  const effect = id.length > ID_LENGTH_MAX ? undefined : (readTags(name) ?? readAction(name))
  if (effect === undefined) {
    return { effect: { kind: 'err', code: 60009, text: advise(id) }, callsMax: Infinity }
  }
  return { effect, callsMax: calls === undefined ? Infinity : Number(calls) }
}

function readTags(name: string): MagicId['effect'] | undefined {
  const digits = /^tags_(\d{1,4})$/.exec(name)?.[1]
  if (digits === undefined || Number(digits) > TAGS_MAX) return undefined
  return { kind: 'tags', count: Number(digits) }
}

function readAction(name: string): Action | undefined {
  try {
    const action = parseAction(name.replaceAll('_', ':'))
    const isTypo = 'code' in action && (!codes.has(action.code) || 'text' in action)
    return isTypo ? undefined : action
  } catch (error) {
    if (error instanceof FaultSyntaxError) return undefined
    throw error
  }
}

/** What may have been meant: a whole name if one is near, or else how one is written. */
function advise(id: string): string {
  const name = id.slice(PREFIX.length).toLowerCase()
  const [word = ''] = name.split('_')
  const withCode = [...codes.keys()].flatMap((code) => [`err_${code}`, `each_${code}`])
  const plain = [...forms.values()].filter((form) => !form.includes('_'))
  const names = nearest(name, [...plain, ...withCode], 3)
  const written = nearest(word, forms.keys(), 3).map((near) => forms.get(near) ?? near)
  const near = (names.length === 0 ? written : names).map((other) => PREFIX + other)
  return `"${id}" is no magic account${nearNote(near)}`
}
