import type { FakeTencent, FakeTencentOptions } from '@tagside/mock-server'

import { readConfig } from '../../src/config/read-config.ts'
import { createLog } from '../../src/observe/log.ts'
import { type Sidecar, wire } from '../../src/wire.ts'
import { createFakeUpstream } from './fake-upstream.ts'

/** Settings as a user would write them into the environment. */
export type Environment = Readonly<Record<`TAGSIDE_${string}`, string>>

/** A sidecar on real sockets of this process, with a fake Tencent behind it. */
export interface StartedSidecar extends AsyncDisposable {
  readonly url: string
  /** `off` if the ops listener is. */
  readonly opsUrl: string
  readonly fake: FakeTencent
  readonly sidecar: Sidecar
}

/** Starts both on free ports. The environment adds to what the two need to find each other, or overrides it. */
export async function startSidecar(
  environment: Environment = {},
  fakeOptions: FakeTencentOptions = {},
): Promise<StartedSidecar> {
  const fake = createFakeUpstream(fakeOptions)
  const upstream = await fake.listen({ port: 0 })
  const config = readConfig({
    argv: [],
    environment: { ...environmentFor(fake, upstream.url), ...environment },
    readFile: () => '',
  })
  const sidecar = wire(config, createLog('silent', { write: () => undefined }))
  const url = await sidecar.data.listen()
  const opsUrl = (await sidecar.ops?.listen()) ?? 'off'
  return {
    url,
    opsUrl,
    fake,
    sidecar,
    async [Symbol.asyncDispose]() {
      const closed = [sidecar.data.close(), sidecar.ops?.close()]
      sidecar.data.cut()
      sidecar.ops?.cut()
      sidecar.lookup.close()
      await Promise.all([...closed, upstream.close()])
    },
  }
}

/**
 * The environment of a sidecar in front of a fake Tencent: its app, its address, free ports to listen on, a cache that is
 * small, because its tables are allocated at once, and a deadline that no busy machine misses.
 */
export function environmentFor(fake: FakeTencent, upstreamUrl: string): Environment {
  const { sdkAppId, secretKey, adminId } = fake.credentials
  return {
    TAGSIDE_SDK_APP_ID: String(sdkAppId),
    TAGSIDE_SECRET_KEY: secretKey,
    TAGSIDE_ADMIN_ID: adminId,
    TAGSIDE_UPSTREAM_URL: upstreamUrl,
    TAGSIDE_LISTEN: '127.0.0.1:0',
    TAGSIDE_OPS_LISTEN: '127.0.0.1:0',
    TAGSIDE_CACHE_MAX_BYTES: '1MiB',
    TAGSIDE_DEADLINE: '10s',
  }
}
