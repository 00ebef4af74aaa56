import { createSigner, createTagClient, TencentError } from '@tagside/core'

import type { Config } from './config/config.ts'
import { createDataApp } from './http/app.ts'
import { createGuard, createOpsGuard } from './http/guards.ts'
import { Listener } from './http/listener.ts'
import { createOpsApp } from './http/ops-app.ts'
import type { LoadBatch } from './lookup/upstream.ts'
import { TagLookup } from './lookup/tag-lookup.ts'
import type { Log } from './observe/log.ts'
import { createMetrics } from './observe/metrics.ts'
import { Secrets } from './secrets/secrets.ts'
import { version } from './version.ts'

/** The parts of a running sidecar that its process starts and stops. */
export interface Sidecar {
  readonly lookup: TagLookup
  readonly secrets: Secrets
  readonly data: Listener
  /** Absent when the ops listener is off. */
  readonly ops: Listener | undefined
  /** Refuses new lookups from now on, and says so to the readiness probe. */
  readonly beginDrain: () => void
}

/** What operators are told of, as the log takes it. */
interface Change {
  readonly event: string
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
}

const FULL =
  'the data listener has as many connections as it takes, and ends further ones: see who opens so many'

const now = (): number => performance.now()

/** Users that the share can serve within the longest deadline a caller may ask for, and always one full request. */
function queueMaxUsers(config: Config, callsPerSecond: number): number {
  const servedIn10S = Math.ceil(10 * callsPerSecond * config.batchMaxUsers)
  return Math.max(servedIn10S, config.maxUsersPerRequest)
}

/** Returns what makes calls that are signed with the configuration's key. */
function loadWith(config: Config, beforeRepeat: () => Promise<void>): LoadBatch {
  const { upstream, callTimeoutMs } = config
  const signer = createSigner(config)
  const client = createTagClient({ signer, ...upstream, callTimeoutMs, beforeRepeat })
  return (users) => client.getTags(users)
}

function tellingDefects(load: LoadBatch, log: Log): LoadBatch {
  return async (users) => {
    try {
      return await load(users)
    } catch (error) {
      if (!(error instanceof TencentError))
        log.error({ event: 'defect', err: error }, 'a call ended unexpectedly')
      throw error
    }
  }
}

/** Composes a sidecar from its configuration: plain constructor calls, in the order of a request's walk. */
export function wire(config: Config, log: Log): Sidecar {
  const tell = ({ level, message, ...change }: Change): void => log[level](change, message)
  const takeExtraCall = (): Promise<void> => lookup.takeExtraCall()
  const secrets = new Secrets({
    ...config,
    loadWith: (secretKey) => loadWith({ ...config, secretKey }, takeExtraCall),
    takeExtraCall,
    credentialsChanged: () => lookup.credentialsChanged(),
    now,
    onChange: tell,
  })
  const callsPerSecond = config.callsPerSecond / config.replicas
  const lookup = new TagLookup({
    ...config,
    load: tellingDefects(secrets.load, log),
    callsPerSecond,
    queueMaxUsers: queueMaxUsers(config, callsPerSecond),
    rideAlongMs: config.windows.ttlMs * config.refreshAhead,
    now,
    onChange: tell,
  })

  let isDraining = false
  const app = createDataApp({
    ...config,
    lookup,
    now,
    isDraining: () => isDraining,
    onDefect: (error) => log.error({ event: 'defect', err: error }, 'a request ended unexpectedly'),
  })
  const ops = createOpsApp({
    version,
    isDraining: () => isDraining,
    metrics: createMetrics(
      () => lookup.state(),
      () => secrets.states(),
    ),
  })
  secrets.watch()
  return {
    lookup,
    secrets,
    data: new Listener(
      config.listen,
      app,
      createGuard({ ...config, acceptsToken: secrets.acceptsToken }),
      { onFull: () => log.warn({ event: 'connections-refused' }, FULL) },
    ),
    ops:
      config.opsListen === 'off'
        ? undefined
        : new Listener(
            config.opsListen,
            (request) => ops.fetch(request),
            createOpsGuard(config.opsListen, config),
          ),
    beginDrain: () => {
      isDraining = true
    },
  }
}
