import { createHash } from 'node:crypto'

import type { HttpHandler } from 'msw'

import type { AppCredentials, AppSettings, AppStart } from './engine/app.ts'
import { App } from './engine/app.ts'
import type { Clock } from './engine/clock.ts'
import { SystemClock } from './engine/clock.ts'
import { Engine } from './engine/engine.ts'
import type { FaultRule } from './engine/fault-rules.ts'
import { parseFault } from './engine/faults.ts'
import type { JournalEntry } from './engine/journal.ts'
import { latencyForms, parseLatency } from './engine/latency.ts'
import type { RefereeStats } from './engine/referee.ts'
import type { Users } from './engine/store.ts'
import { createPort } from './http/port.ts'
import type { ListeningServer, ListenOptions } from './http/serve.ts'
import { serve } from './http/serve.ts'
import type { Interception, InterceptOptions } from './msw/intercept.ts'
import { createHandlers } from './msw/handlers.ts'
import { intercept } from './msw/intercept.ts'
import { developmentSecretKey, sampleApp, sampleUsers } from './samples.ts'

export interface FakeTencentOptions {
  /** Users and their tags, in every app. Default: `sampleUsers`. */
  readonly users?: Users | undefined
  /** Default: `sampleApp` alone. The first one is the one the fake's own methods are about. */
  readonly apps?: readonly AppCredentials[] | undefined
  /**
   * Calls of one API in any trailing second, then 60007; an integer from 1, or `off`. Default 100.
   */
  readonly rate?: number | 'off' | undefined
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
  /** Default `error-list`. */
  readonly unknownAccounts?: AppSettings['unknownAccounts'] | undefined
  /** Default `on`. */
  readonly signatureCheck?: AppSettings['signatureCheck'] | undefined
  /** Seed of everything random: latencies, `p=`, `shuffle`. A 32-bit integer; default 42. */
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
  readonly clock: Clock
  readonly randomSeed: number
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
  /** The journal: the last 1,000 calls, oldest first. */
  requests(): readonly JournalEntry[]
  /** Takes every app back to its start. */
  reset(): void
  /**
   * Creates an app that shares nothing with the others, as at the start but for its credentials: one
   * for each test, so that tests can run at once. Its SDKAppID is the one after the highest.
   */
  newApp(): App
  /** Another of the fake's apps; undefined if there is none of this id. */
  app(sdkAppId: number): App | undefined
}

/**
 * Creates a fake of Tencent Cloud Chat's tag API, for tests and development without an account.
 *
 * @example
 *     const fake = createFakeTencent({ users: { xiaoming: ['GoldMember'] } })
 *     const server = await fake.listen({ port: 0 })
 */
export function createFakeTencent(options: FakeTencentOptions = {}): FakeTencent {
  const { clock = new SystemClock(), randomSeed = 42 } = options
  const start: AppStart = {
    users: options.users ?? sampleUsers,
    faults: (options.faults ?? []).map(parseFault),
    settings: readSettings(options),
    randomSeed,
  }
  const [first = sampleApp, ...others] = distinct(options.apps ?? [])
  const app = new App(first, start)
  const engine = new Engine(
    app,
    others.map((other) => new App(other, start)),
    clock,
  )
  const handle = (request: Request): Promise<Response> => engine.handle(request)
  const handlers = createHandlers(handle)
  const closers: (() => Promise<void>)[] = []
  return {
    credentials: app.credentials,
    clock,
    randomSeed,
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
      const server = await serve(createPort(engine, handlers), listenOptions)
      closers.push(server.close)
      return server
    },
    handle,
    setTags: (user, tags) => app.users.set(user, tags),
    deleteUser: (user) => app.users.delete(user),
    fault: (spec) => app.faults.add(spec),
    requests: () => app.journal.entries(),
    reset: () => {
      for (const each of engine.apps()) each.reset()
    },
    newApp: () => {
      const fresh = new App(freshCredentials(engine.apps()), start)
      engine.add(fresh)
      return fresh
    },
    app: (sdkAppId) => engine.app(String(sdkAppId)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closers.map((close) => close()))
    },
  }
}

function freshCredentials(apps: readonly App[]): AppCredentials {
  const highest = Math.max(...apps.map(({ credentials }) => credentials.sdkAppId))
  const sdkAppId = highest + 1
  const secretKey = createHash('sha256').update(`${developmentSecretKey}${sdkAppId}`).digest('hex')
  return { sdkAppId, secretKey, adminId: sampleApp.adminId }
}

function readSettings(options: FakeTencentOptions): AppSettings {
  const { rate = 100, unknownAccounts = 'error-list', signatureCheck = 'on' } = options
  if (rate !== 'off' && (!Number.isInteger(rate) || rate < 1)) {
    throw new RangeError(`rate: expected a whole number from 1, or 'off', got ${rate}`)
  }
  const latency = parseLatency(String(options.latency ?? 0))
  if (latency === undefined) {
    throw new RangeError(`latency: expected ${latencyForms}, got ${options.latency}`)
  }
  return { rate, latency, unknownAccounts, signatureCheck }
}

function distinct(apps: readonly AppCredentials[]): readonly AppCredentials[] {
  const ids = apps.map(({ sdkAppId }) => sdkAppId)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) {
    throw new RangeError(`apps: expected distinct SDKAppIDs, got ${twice} twice`)
  }
  return apps
}
