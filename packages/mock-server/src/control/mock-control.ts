import type { AppCredentials } from '../engine/app.ts'
import type { FaultRule } from '../engine/fault-rules.ts'
import type { IssuedUserSig, UserSigWish } from '../engine/issue-usersig.ts'
import type { JournalEntry, JournalFilter } from '../engine/journal.ts'
import type { RefereeStats } from '../engine/referee.ts'
import type { SettingsChange, WrittenSettings } from '../engine/settings.ts'
import type { Snapshot } from '../engine/snapshot.ts'
import type { Users } from '../engine/store.ts'
import type { Expectation } from '../engine/verification.ts'
import type { AppWish } from '../new-app.ts'

/**
 * A MockControl is all that a test can do to one app of a fake and learn of it. There are two, which
 * do the same: `fake.control` in process, and `connectMock` over HTTP for a fake that is elsewhere.
 *
 * Every method rejects with an Error whose message says what was wrong; all but `newApp` and `app`
 * do so if there is no such app.
 */
export interface MockControl {
  /** The same fake's app of this SDKAppID, which need not be there yet. */
  app(sdkAppId: number): MockControl
  /** Creates an app that shares nothing with the others, as at the start but for its credentials. */
  newApp(wish?: AppWish): Promise<AppCredentials>
  health(): Promise<Health>

  /** Gives a user exactly these tags; `[]` makes a known user without tags. */
  setTags(user: string, tags: readonly string[]): Promise<void>
  /** Makes an account unknown; resolves to whether it was known. */
  deleteUser(user: string): Promise<boolean>
  /** Gives each of these users exactly these tags, others keep theirs; resolves to how many. */
  seed(users: Users): Promise<number>

  /** The faults in force, in the order in which they are asked. */
  faults(): Promise<readonly FaultState[]>
  /** Puts a fault in force before all others, e.g. `err:60007;times=2`. */
  fault(spec: string): Promise<FaultState>
  /** Takes a fault out of force; resolves to whether it was there. */
  removeFault(id: number): Promise<boolean>
  /** Takes all faults out of force, those of the start included; resolves to how many. */
  clearFaults(): Promise<number>

  /** The journal: the last 1,000 calls, or those of them that pass the filter. */
  requests(filter?: JournalFilter): Promise<Requests>
  /** Empties the journal; resolves to how many entries there were. */
  clearRequests(): Promise<number>
  /**
   * Waits until the journal holds as many calls as expected and resolves to their number; rejects
   * with VerificationError when the time is up.
   */
  verify(expectation: Expectation, signal?: AbortSignal): Promise<number>

  clock(): Promise<ClockReading>
  /** Moves the app's clock forward: signatures expire, rate windows roll. */
  advanceClock(ms: number): Promise<ClockReading>
  settings(): Promise<WrittenSettings>
  /** Changes some settings, from the next call on; resolves to all of them. */
  changeSettings(change: SettingsChange): Promise<WrittenSettings>
  /** Issues a UserSig of one day, or one that is bad in one way. */
  userSig(wish?: UserSigWish): Promise<IssuedUserSig>

  /**
   * Rotates the secret key: signatures of these keys are good from the next call on, and no others;
   * the first one signs what `userSig` issues. A reset goes back to the key of the credentials.
   */
  acceptKeys(secretKeys: readonly string[]): Promise<void>

  snapshot(): Promise<Snapshot>
  /** Makes the app as it was, but for its journal and statistics. */
  restore(snapshot: Snapshot): Promise<void>
  /** Takes the app back to its start. */
  reset(): Promise<void>
}

/** How an app is, and how it has been treated. */
export interface Health extends RefereeStats {
  readonly status: 'ok'
  readonly sdkAppId: number
  readonly adminId: string
  readonly randomSeed: number
  /** Known accounts. */
  readonly users: number
}

/** A fault in force, as it was when it was asked for. */
export type FaultState = Pick<FaultRule, 'id' | 'spec' | 'hits' | 'fired'>

export interface Requests {
  /** Oldest first. */
  readonly requests: readonly JournalEntry[]
  /** How many entries the ring has dropped. */
  readonly dropped: number
}

/** An app's time. */
export interface ClockReading {
  /** In ISO 8601, UTC. */
  readonly now: string
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** By how much it is ahead of the fake's clock, in milliseconds. */
  readonly advancedMs: number
}
