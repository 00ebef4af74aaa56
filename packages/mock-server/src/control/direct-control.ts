import type { App, AppCredentials } from '../engine/app.ts'
import type { Engine } from '../engine/engine.ts'
import { MockError } from '../engine/errors.ts'
import type { FaultRule } from '../engine/fault-rules.ts'
import type { IssuedUserSig, UserSigWish } from '../engine/issue-usersig.ts'
import { issueUserSig } from '../engine/issue-usersig.ts'
import type { JournalFilter } from '../engine/journal.ts'
import type { SettingsChange, WrittenSettings } from '../engine/settings.ts'
import { writtenSettings } from '../engine/settings.ts'
import type { Snapshot } from '../engine/snapshot.ts'
import type { Users } from '../engine/store.ts'
import { usersOf } from '../engine/store.ts'
import type { Expectation } from '../engine/verification.ts'
import { verify } from '../engine/verification.ts'
import type { AppWish } from '../new-app.ts'
import type { ClockReading, FaultState, Health, MockControl, Requests } from './mock-control.ts'

/** An SDKAppID of which the fake has no app. */
export class UnknownAppError extends MockError {
  override readonly name = 'UnknownAppError'
  readonly code = 'unknown-app'
}

/**
 * A DirectControl is the MockControl of an app in this process. Its methods are asynchronous for the
 * interface's sake: all but `verify` have done their work when they return.
 */
export class DirectControl implements MockControl {
  readonly #engine: Engine
  readonly #addApp: (wish?: AppWish) => App
  readonly #sdkAppId: number | undefined

  /** `sdkAppId`: by default the fake's first app. */
  constructor(engine: Engine, addApp: (wish?: AppWish) => App, sdkAppId?: number) {
    this.#engine = engine
    this.#addApp = addApp
    this.#sdkAppId = sdkAppId
  }

  get #app(): App {
    const app = this.#engine.app(this.#sdkAppId?.toString())
    if (app === undefined) throw new UnknownAppError(`there is no app ${this.#sdkAppId}`)
    return app
  }

  app(sdkAppId: number): MockControl {
    return new DirectControl(this.#engine, this.#addApp, sdkAppId)
  }

  async newApp(wish?: AppWish): Promise<AppCredentials> {
    return this.#addApp(wish).credentials
  }

  async health(): Promise<Health> {
    const { credentials, randomSeed, users, referee } = this.#app
    return {
      status: 'ok',
      sdkAppId: credentials.sdkAppId,
      adminId: credentials.adminId,
      randomSeed,
      users: users.users().length,
      ...referee.stats,
    }
  }

  async setTags(user: string, tags: readonly string[]): Promise<void> {
    this.#app.users.set(user, tags)
  }

  async deleteUser(user: string): Promise<boolean> {
    return this.#app.users.delete(user)
  }

  async seed(users: Users): Promise<number> {
    const given = usersOf(users)
    this.#app.users.add(given)
    return given.size
  }

  async faults(): Promise<readonly FaultState[]> {
    return this.#app.faults.list().map(stateOf)
  }

  async fault(spec: string): Promise<FaultState> {
    return stateOf(this.#app.faults.add(spec))
  }

  async removeFault(id: number): Promise<boolean> {
    const rule = this.#app.faults.list().find((each) => each.id === id)
    rule?.remove()
    return rule !== undefined
  }

  async clearFaults(): Promise<number> {
    return this.#app.faults.clear()
  }

  async requests(filter?: JournalFilter): Promise<Requests> {
    const { journal } = this.#app
    return { requests: journal.entries(filter), dropped: journal.dropped }
  }

  async clearRequests(): Promise<number> {
    return this.#app.journal.clear()
  }

  async verify(expectation: Expectation, signal?: AbortSignal): Promise<number> {
    return verify(this.#app.journal, expectation, signal)
  }

  async clock(): Promise<ClockReading> {
    const { clock } = this.#app
    const nowMs = clock.wallMs()
    return { now: new Date(nowMs).toISOString(), nowMs, advancedMs: clock.advancedMs }
  }

  async advanceClock(ms: number): Promise<ClockReading> {
    this.#app.clock.advance(ms)
    return this.clock()
  }

  async settings(): Promise<WrittenSettings> {
    return writtenSettings(this.#app.settings)
  }

  async changeSettings(change: SettingsChange): Promise<WrittenSettings> {
    this.#app.changeSettings(change)
    return this.settings()
  }

  async userSig(wish: UserSigWish = {}): Promise<IssuedUserSig> {
    const { credentials, secretKeys, clock } = this.#app
    const [secretKey = credentials.secretKey] = secretKeys
    return issueUserSig({ ...credentials, secretKey }, wish, clock.wallMs())
  }

  async acceptKeys(secretKeys: readonly string[]): Promise<void> {
    this.#app.acceptKeys(secretKeys)
  }

  async snapshot(): Promise<Snapshot> {
    return this.#app.snapshot()
  }

  async restore(snapshot: Snapshot): Promise<void> {
    this.#app.restore(snapshot)
  }

  async reset(): Promise<void> {
    this.#app.reset()
  }
}

function stateOf({ id, spec, hits, fired }: FaultRule): FaultState {
  return { id, spec, hits, fired }
}
