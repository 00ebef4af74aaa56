import type { SavedRule } from './fault-rules.ts'
import type { WrittenSettings } from './settings.ts'

/**
 * A Snapshot is all of an app that its answers depend on, as JSON: whoever restores it gets the same
 * answers to the same calls again, chances included. What has happened, the journal and the
 * statistics, is not in it, nor are credentials and the calls of the last second.
 */
export interface Snapshot {
  readonly users: Readonly<Record<string, readonly string[]>>
  /** The rules in force, in the order in which they are asked. */
  readonly faults: readonly SavedRule[]
  readonly settings: WrittenSettings
  /** Calls that named a magic account with a limit, by id. */
  readonly magicCalls: Readonly<Record<string, number>>
  /** Where the random numbers go on. */
  readonly randomState: number
  /** By how much the app's clock is ahead of the fake's. */
  readonly advancedMs: number
}
