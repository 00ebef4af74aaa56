import type { FakeTencent, FakeTencentOptions } from '@tagside/mock-server'
import * as v from 'valibot'

import { readConfig } from '../../../src/config/read-config.ts'
import { createLog } from '../../../src/observe/log.ts'
import { type Sidecar, wire } from '../../../src/wire.ts'
import { createFakeUpstream } from '../../support/fake-upstream.ts'
import { type Environment, environmentFor } from '../../support/start-sidecar.ts'
import { dropinTells, restTells, type Told, told } from './both-faces.ts'
import { type Answer, RudeUpstream } from './rude-upstream.ts'

const logLine = v.object({ level: v.string(), event: v.string() })

/** A sidecar on real sockets in front of any upstream. */
export interface SidecarOver extends AsyncDisposable {
  readonly url: string
  readonly opsUrl: string
  readonly sidecar: Sidecar
  /** What was logged, as level and event: `warn breaker-opened`. */
  readonly logged: readonly string[]
}

/** What is fetched is old at once: it is good for when Tencent fails, and for nothing else. */
export const OLD_AT_ONCE: Environment = {
  TAGSIDE_TTL: '0s',
  TAGSIDE_STALE_WHILE_REVALIDATE: '0s',
}

export async function sidecarOver(
  upstreamUrl: string,
  environment: Environment = {},
): Promise<SidecarOver> {
  const config = readConfig({
    argv: [],
    environment: { ...environmentFor(createFakeUpstream(), upstreamUrl), ...environment },
    readFile: () => '',
  })
  const logged: string[] = []
  const write = (line: string): void => {
    const { level, event } = v.parse(logLine, JSON.parse(line))
    logged.push(`${level} ${event}`)
  }
  const sidecar = wire(config, createLog('info', { write }))
  const url = await sidecar.data.listen()
  const opsUrl = (await sidecar.ops?.listen()) ?? 'off'
  return {
    url,
    opsUrl,
    sidecar,
    logged,
    async [Symbol.asyncDispose]() {
      const dataClosed = sidecar.data.close()
      const opsClosed = sidecar.ops?.close()
      sidecar.data.cut()
      sidecar.ops?.cut()
      sidecar.lookup.close()
      await dataClosed
      await opsClosed
    },
  }
}

/** A sidecar in front of a fake Tencent that knows `user-1` to `user-3` as GoldMember, unless told otherwise. */
export async function sidecarOverFake(
  environment: Environment = {},
  options: FakeTencentOptions = {},
): Promise<SidecarOver & { readonly fake: FakeTencent }> {
  const fake = createFakeUpstream({ users: goldMembers(3), ...options })
  const upstream = await fake.listen()
  const over = await sidecarOver(upstream.url, environment)
  return {
    ...over,
    fake,
    async [Symbol.asyncDispose]() {
      await over[Symbol.asyncDispose]()
      await upstream.close()
    },
  }
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index + 1}`)
}

export function goldMembers(count: number): Record<string, readonly string[]> {
  return Object.fromEntries(numbered(count).map((user) => [user, ['GoldMember']]))
}

/** What callers are told while something is wrong upstream. */
interface DuringFault {
  /** Of a user whose tags are cached, but too old to be given while Tencent answers. */
  readonly warm: Told
  /** Of a user that was never fetched. */
  readonly cold: Told
  /** Calls that the REST face made for the cold user. */
  readonly calls: number
}

/** An upstream that can be made to fail. */
interface Breakable extends AsyncDisposable {
  readonly url: string
  readonly calls: () => number
  readonly fail: () => void | Promise<void>
}

/** Asks two sidecars in front of the same kind of trouble: one with an old value, one with none. Not one: the breaker would mix them up. */
export async function duringFault(
  open: () => Promise<Breakable>,
  environment: Environment = {},
): Promise<DuringFault> {
  await using coldUpstream = await open()
  await using cold = await sidecarOver(coldUpstream.url, environment)
  await coldUpstream.fail()
  const rest = await restTells(cold.url, 'user-1')
  const calls = coldUpstream.calls()
  const dropin = await dropinTells(cold.url, 'user-1')

  await using warmUpstream = await open()
  await using warm = await sidecarOver(warmUpstream.url, { ...OLD_AT_ONCE, ...environment })
  await told(warm.url, 'user-1')
  await warmUpstream.fail()
  return { warm: await told(warm.url, 'user-1'), cold: { rest, dropin }, calls }
}

/** A fake Tencent that has this fault from some moment on. */
export function fakeWith(spec: string): () => Promise<Breakable> {
  return async () => {
    const fake = createFakeUpstream({ users: goldMembers(3) })
    const upstream = await fake.listen()
    return {
      url: upstream.url,
      calls: () => fake.stats.calls,
      fail: () => void fake.fault(spec),
      [Symbol.asyncDispose]: () => upstream.close(),
    }
  }
}

/** An upstream that answers in order, and like this from some moment on. */
export function rudeWith(answer: Answer): () => Promise<Breakable> {
  return async () => {
    const upstream = await RudeUpstream.open()
    return {
      url: upstream.url,
      calls: () => upstream.calls.length,
      fail: () => void (upstream.answer = answer),
      [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
    }
  }
}
