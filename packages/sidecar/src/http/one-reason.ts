import type { Failure, Outcome } from '../lookup/outcome.ts'

/** Returns the failure if every user failed, and all for the same reason; only then is the request a failure itself. */
export function oneReason(outcomes: readonly Outcome[]): Failure | undefined {
  const [first] = outcomes
  if (first?.kind !== 'failed') return undefined
  const { failure } = first
  const isShared = outcomes.every(
    (outcome) => outcome.kind === 'failed' && isSame(outcome.failure, failure),
  )
  return isShared ? failure : undefined
}

function isSame(one: Failure, other: Failure): boolean {
  return one.code === other.code && one.upstream?.code === other.upstream?.code
}
