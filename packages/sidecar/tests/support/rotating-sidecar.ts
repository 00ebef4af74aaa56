import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { FakeTencent } from '@tagside/mock-server'
import * as v from 'valibot'
import { vi } from 'vitest'

import { readConfig } from '../../src/config/read-config.ts'
import { createLog } from '../../src/observe/log.ts'
import { type Sidecar, wire } from '../../src/wire.ts'
import { createFakeUpstream } from './fake-upstream.ts'
import { type Environment, environmentFor } from './start-sidecar.ts'

const logLine = v.looseObject({
  level: v.string(),
  event: v.string(),
  secret: v.optional(v.string(), ''),
})

/** A sidecar whose secrets come from real files, in front of a fake Tencent that knows `user-0` to `user-999`. */
export interface RotatingSidecar extends AsyncDisposable {
  readonly fake: FakeTencent
  readonly sidecar: Sidecar
  readonly keyFile: string
  readonly tokenFile: string
  /** Asks for a user whom nobody asked for before; returns the status. */
  readonly ask: (token?: string) => Promise<number>
  /** What was logged of secrets and credentials, as level, event and secret: `warn secret-refused secret-key`. */
  readonly events: () => readonly string[]
  /** Waits until so many lines with this event are in the log. */
  readonly logged: (event: string, times?: number) => Promise<void>
  /** Everything that was logged. */
  readonly log: () => string
  readonly metric: (series: string) => Promise<number>
}

/** Starts both. The key file holds the app's key, unless told otherwise, and has permissions 0600; so has the token file, if there is a token. */
export async function startRotating(
  options: {
    readonly environment?: Environment
    readonly key?: string
    readonly token?: string
  } = {},
): Promise<RotatingSidecar> {
  const users = Array.from(
    { length: 1_000 },
    (_, index) => [`user-${index}`, ['GoldMember']] as const,
  )
  const fake = createFakeUpstream({ users: new Map(users) })
  const upstream = await fake.listen()
  const directory = await mkdtemp(join(tmpdir(), 'tagside-'))
  const [keyFile, tokenFile] = [join(directory, 'key'), join(directory, 'token')]
  const { key = fake.credentials.secretKey, token, environment } = options
  await writeFile(keyFile, key, { mode: 0o600 })
  if (token !== undefined) await writeFile(tokenFile, token, { mode: 0o600 })
  const { TAGSIDE_SECRET_KEY: _, ...rest } = environmentFor(fake, upstream.url)
  const lines: string[] = []
  const config = readConfig({
    argv: [],
    environment: {
      ...rest,
      TAGSIDE_SECRET_KEY_FILE: keyFile,
      ...(token === undefined ? {} : { TAGSIDE_ACCESS_TOKEN_FILE: tokenFile }),
      ...environment,
    },
    readFile: (path) => readFileSync(path, 'utf8'),
  })
  const sidecar = wire(config, createLog('info', { write: (line) => lines.push(line) }))
  const url = await sidecar.data.listen()
  const opsUrl = await sidecar.ops?.listen()
  let asked = 0
  const events = (): string[] =>
    lines
      .map((line) => v.parse(logLine, JSON.parse(line)))
      .map(({ level, event, secret }) => `${level} ${event} ${secret}`.trim())
  return {
    fake,
    sidecar,
    keyFile,
    tokenFile,
    events,
    log: () => lines.join(''),
    async ask(sent) {
      const headers: Record<string, string> =
        sent === undefined ? {} : { Authorization: `Bearer ${sent}` }
      const response = await fetch(`${url}/v1/users/user-${(asked += 1)}/tags`, { headers })
      await response.body?.cancel()
      return response.status
    },
    async logged(event, times = 1) {
      const count = (): number => events().filter((line) => line.split(' ').includes(event)).length
      await vi.waitUntil(() => count() >= times, { timeout: 30_000 })
    },
    async metric(series) {
      const text = await (await fetch(`${opsUrl}/metrics`)).text()
      const line = text.split('\n').find((each) => each.startsWith(`tagside_${series} `))
      return Number(line?.split(' ').at(-1))
    },
    async [Symbol.asyncDispose]() {
      sidecar.secrets.close()
      sidecar.lookup.close()
      const closed = [sidecar.data.close(), sidecar.ops?.close()]
      sidecar.data.cut()
      sidecar.ops?.cut()
      await Promise.all([...closed, upstream.close()])
      await rm(directory, { recursive: true })
    },
  }
}

/** Puts a text into a file as Kubernetes does: `FILE → ..data/NAME`, `..data → ..VERSION`, and a change swaps the middle link. */
export async function swapAsKubernetes(file: string, version: string, text: string): Promise<void> {
  const [folder, name] = [join(file, '..'), file.slice(file.lastIndexOf('/') + 1)]
  await mkdir(join(folder, `..${version}`))
  await writeFile(join(folder, `..${version}`, name), text, { mode: 0o440 })
  await symlink(`..${version}`, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  await symlink(join('..data', name), `${file}_tmp`)
  await rename(`${file}_tmp`, file)
}
