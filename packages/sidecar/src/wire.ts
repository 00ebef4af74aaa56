import { createSigner, createTagClient, TencentError } from '@tagside/core'

import type { Config } from './config/config.ts'
import { namingSettings } from './config/settings-at-fault.ts'
import { createDataApp } from './http/app.ts'
import { createGuard, createOpsGuard } from './http/guards.ts'
import { Listener } from './http/listener.ts'
import { createOpsApp } from './http/ops-app.ts'
import { ShortPath } from './http/short-path.ts'
import { WallTime } from './http/wall-time.ts'
import type { LoadBatch } from './lookup/upstream.ts'
import { TagLookup } from './lookup/tag-lookup.ts'
import type { Log } from './observe/log.ts'
import { HttpMetrics } from './observe/http-metrics.ts'
import { createMetrics } from './observe/metrics.ts'
import { type Change, RecentEvents } from './observe/recent-events.ts'
import { secretTroubles } from './observe/secret-troubles.ts'
import { createStatus, type StatusParts } from './observe/status-source.ts'
import type { SignedCalls } from './secrets/key-ring.ts'
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

const FULL =
  'the data listener has as many connections as it takes, and ends further ones: see who opens so many'

const now = (): number => performance.now()

/** Users that the share can serve within the longest deadline a caller may ask for, and always one full request. */
function queueMaxUsers(config: Config, callsPerSecond: number): number {
  const servedIn10S = Math.ceil(10 * callsPerSecond * config.batchMaxUsers)
  return Math.max(servedIn10S, config.maxUsersPerRequest)
}

/** Returns what makes calls that are signed with the configuration's key. */
function signedCalls(config: Config, beforeRepeat: () => Promise<void>): SignedCalls {
  const { upstream, callTimeoutMs } = config
  const signer = createSigner(config)
  const client = createTagClient({ signer, ...upstream, callTimeoutMs, beforeRepeat })
  return {
    load: (users) => client.getTags(users),
    userSigExpiresAtMs: () => signer.current().expiresAtMs,
  }
}

function tellingDefects(load: LoadBatch, config: Config, log: Log): LoadBatch {
  return async (users) => {
    try {
      return await load(users)
    } catch (error) {
      if (!(error instanceof TencentError))
        log.error({ event: 'defect', err: error }, 'a call ended unexpectedly')
      throw namingSettings(error, config)
    }
  }
}

function lookupOver(
  load: LoadBatch,
  config: Config,
  onChange: (change: Change) => void,
): TagLookup {
  const callsPerSecond = config.callsPerSecond / config.replicas
  return new TagLookup({
    ...config,
    load,
    callsPerSecond,
    queueMaxUsers: queueMaxUsers(config, callsPerSecond),
    rideAlongMs: config.windows.ttlMs * config.refreshAhead,
    now,
    onChange,
  })
}

/** What the status tells of the configuration. */
function statusParts(
  config: Config,
): Pick<
  StatusParts,
  'version' | 'upstream' | 'sharePerSecond' | 'batchMaxUsers' | 'cacheMaxBytes'
> {
  const { upstream, callsPerSecond, replicas, batchMaxUsers, cacheMaxBytes } = config
  return {
    version,
    upstream: 'region' in upstream ? upstream.region : upstream.baseUrl.origin,
    sharePerSecond: callsPerSecond / replicas,
    batchMaxUsers,
    cacheMaxBytes,
  }
}

/** Composes a sidecar from its configuration: plain constructor calls, in the order of a request's walk. */
export function wire(config: Config, log: Log): Sidecar {
  const events = new RecentEvents()
  const tell = ({ level, message, ...change }: Change): void => {
    events.add({ level, message, ...change })
    log[level](change, message)
  }
  const takeExtraCall = (): Promise<void> => lookup.takeExtraCall()
  const secrets = new Secrets({
    ...config,
    signedWith: (secretKey) => signedCalls({ ...config, secretKey }, takeExtraCall),
    takeExtraCall,
    credentialsChanged: () => lookup.credentialsChanged(),
    now,
    onChange: tell,
  })
  const lookup = lookupOver(tellingDefects(secrets.load, config, log), config, tell)

  let isDraining = false
  const wall = new WallTime(now)
  const face = { lookup, now, wall, isDraining: () => isDraining }
  const app = createDataApp({
    ...config,
    ...face,
    onDefect: (error) => log.error({ event: 'defect', err: error }, 'a request ended unexpectedly'),
  })
  const http = new HttpMetrics()
  const { acceptsToken, userSigExpiresAtMs } = secrets
  const guard = createGuard({ ...config, acceptsToken })
  const data = new Listener(config.listen, app, guard, {
    metrics: http,
    shortPath: new ShortPath({ ...config, ...face, acceptsToken, metrics: http }),
    onFull: () => tell({ event: 'connections-refused', level: 'warn', message: FULL }),
  })
  const ops = createOpsApp({
    version,
    hasStarted: () => data.hasListened,
    isDraining: () => isDraining,
    metrics: createMetrics({ lookup, http, secrets, userSigExpiresAtMs, version, now }),
    status: createStatus({
      ...statusParts(config),
      phase: () => (isDraining ? 'draining' : data.hasListened ? 'ready' : 'starting'),
      lookup,
      userSigExpiresAtMs,
      events,
      otherTroubles: () => secretTroubles(secrets.states()),
    }),
  })
  secrets.watch()
  return {
    lookup,
    secrets,
    data,
    ops:
      config.opsListen === 'off'
        ? undefined
        : new Listener(config.opsListen, ops, createOpsGuard(config.opsListen, config)),
    beginDrain: () => {
      isDraining = true
    },
  }
}
