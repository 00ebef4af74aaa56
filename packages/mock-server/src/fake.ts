import type { HttpHandler } from 'msw'

import { DirectControl } from './control/direct-control.ts'
import type { MockControl } from './control/mock-control.ts'
import type { AppCredentials, AppSettings, AppStart } from './engine/app.ts'
import { App } from './engine/app.ts'
import type { Clock } from './engine/clock.ts'
import { SystemClock } from './engine/clock.ts'
import { Engine } from './engine/engine.ts'
import type { FaultRule } from './engine/fault-rules.ts'
import { parseFault } from './engine/faults.ts'
import type { JournalEntry, JournalFilter } from './engine/journal.ts'
import type { RateAlgorithm } from './engine/rate-limiter.ts'
import type { RefereeStats } from './engine/referee.ts'
import { changedSettings, defaultSettings } from './engine/settings.ts'
import type { Snapshot } from './engine/snapshot.ts'
import type { Users } from './engine/store.ts'
import type { Expectation } from './engine/verification.ts'
import { verify } from './engine/verification.ts'
import { createPort } from './http/port.ts'
import type { ListeningServer, ListenOptions } from './http/serve.ts'
import { serve } from './http/serve.ts'
import type { Interception, InterceptOptions } from './msw/intercept.ts'
import { createHandlers } from './msw/handlers.ts'
import { intercept } from './msw/intercept.ts'
import type { AppWish } from './new-app.ts'
import { addApp } from './new-app.ts'
import { sampleApp, sampleUsers } from './samples.ts'

export interface FakeTencentOptions {
  /** Users and their tags, in every app. Default: `sampleUsers`. */
  readonly users?: Users | undefined
  /** Default: `sampleApp` alone. The first one is the one the fake's own methods are about. */
  readonly apps?: readonly AppCredentials[] | undefined
  /**
   * Calls of one API in a second, then 60007; an integer from 1, or `off`. Default 100.
   */
  readonly rate?: number | 'off' | undefined
  /**
   * What counts as a second: any trailing one (`sliding`), the whole seconds of the clock
   * (`fixed`), or a bucket that holds a second's worth and fills up steadily (`bucket`). Default
   * `sliding`.
   */
  readonly rateAlgorithm?: RateAlgorithm | undefined
  /**
   * How long every answer is held back: `40`, `uniform(10,80)` or `lognormal(40,0.4)`, in ms.
   * Default 0.
   */
  readonly latency?: number | string | undefined
  /**
   * Faults in force from the start, e.g. `http:502;p=0.01`. They come after all others. Default:
   * none.
   */
  readonly faults?: readonly string[] | undefined
  /** Default `error-list`, or `random` where the ambiguity is. */
  readonly unknownAccounts?: AppSettings['unknownAccounts'] | undefined
  /**
   * What the fake answers where Tencent's documents leave it open: always the same, or by chance
   * any of what they allow, so that no client comes to lean on a guess. Default `fixed`.
   */
  readonly ambiguity?: AppSettings['ambiguity'] | undefined
  /** Default `on`. */
  readonly signatureCheck?: AppSettings['signatureCheck'] | undefined
  /**
   * Seed of everything random: latencies, `p=`, `shuffle`, ambiguity. A 32-bit integer from 0;
   * default 42.
   */
  readonly randomSeed?: number | undefined
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined
}

/**
 * A fake of Tencent's tag API; see `createFakeTencent`. Except where said, members are about its
 * first app. `await using` ends every interception and server that it opened.
 */
export interface FakeTencent extends AsyncDisposable {
  readonly credentials: AppCredentials
  /** The time that all apps share; an app's own may be ahead of it. */
  readonly clock: Clock
  readonly randomSeed: number
  /** The methods of the admin API, for this app and, by `control.app`, for others. */
  readonly control: MockControl
  /** How the app has been treated since the start or the last reset. */
  readonly stats: RefereeStats
  /** MSW request handlers, for a `setupServer` of your own. */
  readonly handlers: HttpHandler[]
  /**
   * Answers the requests of every HTTP client in this process until disposed of; loopback passes.
   * A second one while the first lasts is a plain Error.
   */
  intercept(options?: InterceptOptions): Interception
  /** Listens on a real port, by default a free one, admin API included; throws ListenError. */
  listen(options?: ListenOptions): Promise<ListeningServer>
  /** Answers one request; throws NetFault where the connection is to end without an answer. */
  handle(request: Request): Promise<Response>
  /** Gives a user exactly these tags; `[]` makes a known user without tags. */
  setTags(user: string, tags: readonly string[]): void
  /** Makes an account unknown; returns whether it was known. */
  deleteUser(user: string): boolean
  /** Puts a fault in force before all others, e.g. `err:60007;times=2`; throws FaultSyntaxError. */
  fault(spec: string): FaultRule
  /** The journal: the last 1,000 calls, or those of them that pass the filter, oldest first. */
  requests(filter?: JournalFilter): readonly JournalEntry[]
  /**
   * Waits until the journal holds as many calls as expected and resolves to their number; throws
   * VerificationError when the time is up.
   */
  verify(expectation: Expectation): Promise<number>
  /** All that the app's answers depend on, as JSON. */
  snapshot(): Snapshot
  /**
   * Makes the app as it was, but for its journal and statistics; throws RangeError or a MockError.
   */
  restore(snapshot: Snapshot): void
  /** Takes every app back to its start. The shared clock goes on. */
  reset(): void
  /**
   * Creates an app that shares nothing with the others, as at the start but for its credentials: one
   * for each test, so that tests can run at once. Throws AppExistsError or RangeError.
   */
  newApp(wish?: AppWish): App
  /** Another of the fake's apps; undefined if there is none of this id. */
  app(sdkAppId: number): App | undefined
}

/**
 * Creates a fake of Tencent Cloud Chat's tag API, for tests and development without an account.
 * Throws RangeError or a MockError for options that cannot be.
 *
 * @example
 *     const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] } })
 *     const server = await fake.listen({ port: 0 })
 */
export function createFakeTencent(options: FakeTencentOptions = {}): FakeTencent {
  const { clock = new SystemClock(), randomSeed = 42 } = options
  if (randomSeed !== randomSeed >>> 0) {
    throw new RangeError(`randomSeed: expected a 32-bit integer from 0, got ${randomSeed}`)
  }
  const start: AppStart = {
    users: options.users ?? sampleUsers,
    faults: (options.faults ?? []).map(parseFault),
    settings: changedSettings(defaultSettings, options),
    randomSeed,
    clock,
  }
  const [first = sampleApp, ...others] = distinct(options.apps ?? [])
  const app = new App(first, start)
  const engine = new Engine(
    app,
    others.map((other) => new App(other, start)),
  )
  const handle = (request: Request): Promise<Response> => engine.handle(request)
  const handlers = createHandlers(handle)
  const newApp = (wish?: AppWish): App => addApp(engine, start, wish)
  const control = new DirectControl(engine, newApp)
  const closers: (() => Promise<void>)[] = []
  return {
    credentials: app.credentials,
    clock,
    randomSeed,
    control,
    get stats() {
      return app.referee.stats
    },
    handlers,
    intercept: (interceptOptions) => {
      const interception = intercept(handlers, interceptOptions)
      closers.push(async () => interception.close())
      return interception
    },
    listen: async (listenOptions = { port: 0 }) => {
      const server = await serve(createPort(engine, handlers, control), listenOptions)
      closers.push(server.close)
      return server
    },
    handle,
    setTags: (user, tags) => app.users.set(user, tags),
    deleteUser: (user) => app.users.delete(user),
    fault: (spec) => app.faults.add(spec),
    requests: (filter) => app.journal.entries(filter),
    verify: (expectation) => verify(app.journal, expectation),
    snapshot: () => app.snapshot(),
    restore: (snapshot) => app.restore(snapshot),
    reset: () => {
      for (const each of engine.apps()) each.reset()
    },
    newApp,
    app: (sdkAppId) => engine.app(String(sdkAppId)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closers.map((close) => close()))
    },
  }
}

function distinct(apps: readonly AppCredentials[]): readonly AppCredentials[] {
  const ids = apps.map(({ sdkAppId }) => sdkAppId)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) {
    throw new RangeError(`apps: expected distinct SDKAppIDs, got ${twice} twice`)
  }
  return apps
}
