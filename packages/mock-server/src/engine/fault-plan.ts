import type { FaultCandidate } from './fault-candidate.ts'
import type { Action } from './faults.ts'
import type { Latency } from './latency.ts'

type ActionOf<Kind extends Action['kind']> = Extract<Action, { readonly kind: Kind }>

/** Takes the place of the answer. */
export type AnswerAction = ActionOf<
  'err' | 'http' | 'reset' | 'fin' | 'hang' | 'badjson' | 'emptybody'
>
/** Spoils how the answer is sent. */
export type DeliveryAction = ActionOf<'trunc' | 'slow'>
/** Changes what the answer says of one account. */
type AccountAction = ActionOf<'each' | 'dup' | 'omit'>

/**
 * A FaultPlan is what goes wrong with one call. A call has one answer, one delivery and one extra
 * delay, so of several faults of a kind the first one wins and the others stay unspent; a delay and
 * an error, or faults of different accounts, act together.
 */
export interface FaultPlan {
  readonly answer?: AnswerAction
  readonly delivery?: DeliveryAction
  readonly delay?: Latency
  readonly shuffle: boolean
  readonly accounts: ReadonlyMap<string, AccountAction>
  /** The faults that fired, for the journal. */
  readonly fired: readonly string[]
}

/** Asks the candidates in their order of precedence and puts those that fire into a plan. */
export function planFaults(candidates: Iterable<FaultCandidate>): FaultPlan {
  const plan: Draft = { shuffle: false, accounts: new Map(), fired: [] }
  for (const candidate of candidates) {
    if (takes(plan, candidate)) plan.fired.push(candidate.label)
  }
  return plan
}

interface Draft extends FaultPlan {
  answer?: AnswerAction
  delivery?: DeliveryAction
  delay?: Latency
  shuffle: boolean
  readonly accounts: Map<string, AccountAction>
  readonly fired: string[]
}

/** Puts a candidate into the plan if there is room for it and it fires; reports whether it did. */
function takes(plan: Draft, candidate: FaultCandidate): boolean {
  const { action } = candidate
  switch (action.kind) {
    case 'err':
    case 'http':
    case 'reset':
    case 'fin':
    case 'hang':
    case 'badjson':
    case 'emptybody':
      if (plan.answer !== undefined || !candidate.fires()) return false
      plan.answer = action
      return true
    case 'trunc':
    case 'slow':
      if (plan.delivery !== undefined || !candidate.fires()) return false
      plan.delivery = action
      return true
    case 'delay':
      if (plan.delay !== undefined || !candidate.fires()) return false
      plan.delay = action.latency
      return true
    case 'shuffle':
      if (plan.shuffle || !candidate.fires()) return false
      plan.shuffle = true
      return true
    case 'each':
    case 'dup':
    case 'omit': {
      const free = candidate.targets.filter((account) => !plan.accounts.has(account))
      if (free.length === 0 || !candidate.fires()) return false
      for (const account of free) plan.accounts.set(account, action)
      return true
    }
  }
}
