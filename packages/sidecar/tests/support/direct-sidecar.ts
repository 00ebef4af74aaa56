import { createSigner, createTagClient } from '@tagside/core'
import type { FakeTencent, FakeTencentOptions } from '@tagside/mock-server'
import { vi } from 'vitest'

import { readConfig } from '../../src/config/read-config.ts'
import { createDataApp } from '../../src/http/app.ts'
import { WallTime } from '../../src/http/wall-time.ts'
import { TagLookup } from '../../src/lookup/tag-lookup.ts'
import { createFakeUpstream } from './fake-upstream.ts'
import { type Environment, environmentFor } from './start-sidecar.ts'

/** The two faces over a fake Tencent, called as functions: no sockets, hence no guards. */
export interface DirectSidecar {
  readonly fake: FakeTencent
  readonly get: (user: string, headers?: Record<string, string>) => Promise<Response>
  /** Sends JSON. */
  readonly post: (
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  readonly lookup: TagLookup
  readonly beginDrain: () => void
  /** What the log would have been told. */
  readonly defects: readonly unknown[]
}

interface DirectOptions extends FakeTencentOptions {
  /** Users that may wait at once. */
  readonly queueMaxUsers?: number
}

/** Times are exact, and calls as fast as they come: other tests look at their pace. */
const SIMPLE: Environment = {
  TAGSIDE_TTL_JITTER: '0',
  TAGSIDE_CALLS_PER_SECOND: '10000',
}

const now = (): number => performance.now()

export function directSidecar(
  environment: Environment = {},
  { queueMaxUsers = 1_000_000, ...fakeOptions }: DirectOptions = {},
): DirectSidecar {
  const fake = createFakeUpstream(fakeOptions)
  const baseUrl = 'https://tencent.example'
  const config = readConfig({
    argv: [],
    environment: { ...environmentFor(fake, baseUrl), ...SIMPLE, ...environment },
    readFile: () => '',
  })
  const client = createTagClient({
    signer: createSigner(config),
    baseUrl,
    fetch: (input, init) => fake.handle(new Request(input, init)),
  })
  const load = (users: readonly string[]): ReturnType<typeof client.getTags> =>
    client.getTags(users)
  const lookup = new TagLookup({ ...config, load, queueMaxUsers, rideAlongMs: 0, now })
  let isDraining = false
  const defects: unknown[] = []
  const app = createDataApp({
    ...config,
    lookup,
    now,
    wall: new WallTime(now),
    isDraining: () => isDraining,
    onDefect: (error) => defects.push(error),
  })
  const request = async (path: string, init?: RequestInit): Promise<Response> =>
    app(new Request(`http://localhost${path}`, init))
  return {
    fake,
    lookup,
    defects,
    request,
    get: (user, headers = {}) => request(`/v1/users/${encodeURIComponent(user)}/tags`, { headers }),
    post: (path, body, headers = {}) =>
      request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
    beginDrain: () => {
      isDraining = true
    },
  }
}

/** The moment at which time stands still after {@link stopTime}. */
export const STOPPED_AT = '2026-11-23T05:42:00.123Z'

/** Stops both clocks, but no timer: requests still wait and end. Time goes on with {@link letTimePass} only. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.parse(STOPPED_AT) })
}

export function letTimePass(ms: number): void {
  vi.advanceTimersByTime(ms)
}
