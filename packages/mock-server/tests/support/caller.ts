import { signUserSig } from '../../src/engine/usersig.ts'
import type { FakeTencent } from '../../src/index.ts'

/** What differs from a call that is in order. A query parameter set to undefined is left out. */
export interface CallChanges {
  readonly method?: string
  readonly path?: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** The body as text, instead of one that names the accounts. */
  readonly body?: string
  readonly signal?: AbortSignal
}

/** The host that calls go to where there is no port. */
export const tencent = 'https://console.tim.qq.com'

/** The URL of a call that is in order, but for the changes. */
export function callUrl(
  fake: Pick<FakeTencent, 'credentials' | 'clock'>,
  base: string,
  changes: CallChanges = {},
): string {
  const { sdkAppId, secretKey, adminId } = fake.credentials
  const query = {
    sdkappid: String(sdkAppId),
    identifier: adminId,
    usersig: signUserSig(
      {
        identifier: changes.query?.['identifier'] ?? adminId,
        sdkAppId,
        timeS: Math.floor(fake.clock.wallMs() / 1000),
        expireS: 3600,
      },
      secretKey,
    ),
    random: '1',
    contenttype: 'json',
    ...changes.query,
  }
  const given = Object.entries(query).filter(
    (parameter): parameter is [string, string] => parameter[1] !== undefined,
  )
  return `${base}${changes.path ?? '/v4/timpush/get_tag'}?${new URLSearchParams(given).toString()}`
}

/**
 * The options of a call that names these accounts, but for the changes; for `fetch` and undici
 * alike.
 */
export function callInit(
  accounts: unknown,
  changes: CallChanges = {},
): { method: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal } {
  const { method = 'POST', headers, signal } = changes
  return {
    method,
    ...(headers === undefined ? {} : { headers }),
    ...(signal === undefined ? {} : { signal }),
    ...(method === 'GET' || method === 'HEAD'
      ? {}
      : { body: changes.body ?? JSON.stringify({ To_Account: accounts }) }),
  }
}

/** A Request for `fake.handle`. */
export function call(fake: FakeTencent, accounts: unknown, changes: CallChanges = {}): Request {
  return new Request(callUrl(fake, tencent, changes), callInit(accounts, changes))
}

/** Calls and returns the reply's JSON. */
export async function ask(
  fake: FakeTencent,
  accounts: unknown,
  changes: CallChanges = {},
): Promise<unknown> {
  const response = await fake.handle(call(fake, accounts, changes))
  return response.json()
}

/** Calls another API than the lookup, e.g. `timpush/add_tag`, and returns the reply's JSON. */
export async function tell(
  fake: FakeTencent,
  api: string,
  body: object,
  changes: CallChanges = {},
): Promise<unknown> {
  return ask(fake, [], { ...changes, path: `/v4/${api}`, body: JSON.stringify(body) })
}

/** A successful reply about these users. */
export function okReply(
  tagsOf: Readonly<Record<string, readonly string[]>>,
  errors?: readonly object[],
): object {
  return {
    ActionStatus: 'OK',
    ErrorInfo: '',
    ErrorCode: 0,
    UserTags: Object.entries(tagsOf).map(([user, tags]) => ({ To_Account: user, Tags: tags })),
    ...(errors === undefined ? {} : { ErrorList: errors }),
  }
}
