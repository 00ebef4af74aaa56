import * as v from 'valibot'

import type { AppCredentials } from '../engine/app.ts'
import { MockError } from '../engine/errors.ts'
import type { IssuedUserSig, UserSigWish } from '../engine/issue-usersig.ts'
import type { JournalFilter } from '../engine/journal.ts'
import type { SettingsChange, WrittenSettings } from '../engine/settings.ts'
import type { Snapshot } from '../engine/snapshot.ts'
import type { Users } from '../engine/store.ts'
import { usersOf } from '../engine/store.ts'
import type { Expectation } from '../engine/verification.ts'
import { VerificationError } from '../engine/verification.ts'
import type { AppWish } from '../new-app.ts'
import type { ClockReading, FaultState, Health, MockControl, Requests } from './mock-control.ts'
import { answers } from './wire.ts'

/** The admin API refused, or what answered was not the admin API. */
export class ControlError extends MockError {
  override readonly name = 'ControlError'
  readonly code = 'control'
  /** The HTTP status of the answer. */
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/**
 * Returns the MockControl of a fake that listens at `url`, which ends without a slash, in this
 * process or another: of the app `sdkAppId`, by default the first. Nothing is sent until a method is
 * called. Methods reject with ControlError, VerificationError, or what `fetch` rejects with.
 */
export function connectMock(url: string, sdkAppId?: number): MockControl {
  return new HttpControl(url, sdkAppId)
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

class HttpControl implements MockControl {
  readonly #url: string
  readonly #sdkAppId: number | undefined

  constructor(url: string, sdkAppId: number | undefined) {
    this.#url = url
    this.#sdkAppId = sdkAppId
  }

  app(sdkAppId: number): MockControl {
    return new HttpControl(this.#url, sdkAppId)
  }

  newApp(wish: AppWish = {}): Promise<AppCredentials> {
    return this.#call('POST', '/apps', answers.app, wish)
  }

  health(): Promise<Health> {
    return this.#call('GET', '/health', answers.health)
  }

  async setTags(user: string, tags: readonly string[]): Promise<void> {
    await this.#call('PUT', tagsPath(user), answers.nothing, { tags })
  }

  async deleteUser(user: string): Promise<boolean> {
    return (await this.#call('DELETE', tagsPath(user), answers.userDeleted)).deleted
  }

  async seed(users: Users): Promise<number> {
    const body = { users: Object.fromEntries(usersOf(users)) }
    return (await this.#call('POST', '/seed', answers.seeded, body)).seeded
  }

  async faults(): Promise<readonly FaultState[]> {
    return (await this.#call('GET', '/faults', answers.faults)).faults
  }

  fault(spec: string): Promise<FaultState> {
    return this.#call('POST', '/faults', answers.fault, { spec })
  }

  async removeFault(id: number): Promise<boolean> {
    return (await this.#call('DELETE', `/faults/${id}`, answers.deleted)).deleted > 0
  }

  async clearFaults(): Promise<number> {
    return (await this.#call('DELETE', '/faults', answers.deleted)).deleted
  }

  requests({ account }: JournalFilter = {}): Promise<Requests> {
    const query = account === undefined ? '' : `?${new URLSearchParams({ account }).toString()}`
    return this.#call('GET', `/requests${query}`, answers.requests)
  }

  async clearRequests(): Promise<number> {
    return (await this.#call('DELETE', '/requests', answers.deleted)).deleted
  }

  async verify(expectation: Expectation, signal?: AbortSignal): Promise<number> {
    const response = await this.#send('POST', '/verify', expectation, signal)
    if (response.status !== 417) return (await read(response, answers.verified)).calls
    const parsed = v.safeParse(answers.notVerified, await jsonOf(response))
    if (!parsed.success) throw noAdminApi(response)
    const { error, calls, nearest } = parsed.output
    throw new VerificationError(error, calls, nearest)
  }

  clock(): Promise<ClockReading> {
    return this.#call('GET', '/clock', answers.clock)
  }

  advanceClock(advanceMs: number): Promise<ClockReading> {
    return this.#call('PUT', '/clock', answers.clock, { advanceMs })
  }

  settings(): Promise<WrittenSettings> {
    return this.#call('GET', '/settings', answers.settings)
  }

  changeSettings(change: SettingsChange): Promise<WrittenSettings> {
    return this.#call('PATCH', '/settings', answers.settings, change)
  }

  userSig(wish: UserSigWish = {}): Promise<IssuedUserSig> {
    return this.#call('POST', '/usersig', answers.userSig, wish)
  }

  async acceptKeys(secretKeys: readonly string[]): Promise<void> {
    await this.#call('PUT', '/keys', answers.nothing, { secretKeys })
  }

  snapshot(): Promise<Snapshot> {
    return this.#call('GET', '/snapshot', answers.snapshot)
  }

  async restore(snapshot: Snapshot): Promise<void> {
    await this.#call('PUT', '/snapshot', answers.nothing, snapshot)
  }

  async reset(): Promise<void> {
    await this.#call('POST', '/reset', answers.nothing)
  }

  async #call<Schema extends v.GenericSchema>(
    method: Method,
    path: string,
    schema: Schema,
    body?: object,
  ): Promise<v.InferOutput<Schema>> {
    return read(await this.#send(method, path, body), schema)
  }

  #send(method: Method, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const url = new URL(`${this.#url}/__admin${path}`)
    if (this.#sdkAppId !== undefined) url.searchParams.set('app', String(this.#sdkAppId))
    return fetch(url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  }
}

function tagsPath(user: string): string {
  return `/users/${encodeURIComponent(user)}/tags`
}

async function read<Schema extends v.GenericSchema>(
  response: Response,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const json = await jsonOf(response)
  const refusal = v.safeParse(answers.error, json)
  if (refusal.success) throw new ControlError(refusal.output.error, response.status)
  const parsed = v.safeParse(schema, json)
  if (response.ok && parsed.success) return parsed.output
  throw noAdminApi(response)
}

/** The body's JSON; undefined if it is none. */
function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined)
}

function noAdminApi({ url, status }: Response): ControlError {
  return new ControlError(
    `what is at ${url} does not answer as the admin API of this version`,
    status,
  )
}
