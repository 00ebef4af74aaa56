import type { AppCredentials } from '../engine/app.ts'
import { signUserSig } from '../engine/usersig.ts'
import type { CallSpec, UserSigForm } from './row.ts'

/** Where a row's calls go, and as whom. */
export interface Target {
  /** Scheme, host and port. */
  readonly baseUrl: string
  readonly credentials: AppCredentials
  /** Milliseconds since 1970, by which UserSigs are signed. */
  readonly wallMs: () => number
  readonly send: (request: Request) => Promise<Response>
}

/** Makes the request of a call. */
export function requestOf(call: CallSpec, target: Target): Request {
  const { method = 'POST', path, body } = call
  const url = `${target.baseUrl}${path}?${queryOf(call, target)}`
  if (method === 'GET') return new Request(url)
  // Bytes, because with text there would be a Content-Type.
  const text = 'text' in body ? body.text : JSON.stringify(body.json)
  return new Request(url, { method, body: new TextEncoder().encode(text) })
}

function queryOf({ query = {}, userSig = 'valid' }: CallSpec, target: Target): string {
  const { sdkAppId, adminId } = target.credentials
  const identifier = query['identifier'] ?? adminId
  const parameters = {
    sdkappid: String(sdkAppId),
    identifier,
    usersig: userSigOf(userSig, identifier, target),
    random: '99999999',
    contenttype: 'json',
    ...query,
  }
  const given = Object.entries(parameters).filter(
    (parameter): parameter is [string, string] => parameter[1] !== undefined,
  )
  return new URLSearchParams(given).toString()
}

const LIFETIME_S = 600

function userSigOf(
  form: UserSigForm,
  identifier: string,
  { credentials: { sdkAppId, secretKey }, wallMs }: Target,
): string {
  const timeS = Math.floor(wallMs() / 1000)
  const ticket = { identifier, sdkAppId, timeS, expireS: LIFETIME_S }
  switch (form) {
    case 'valid':
      return signUserSig(ticket, secretKey)
    case 'expired':
      return signUserSig({ ...ticket, timeS: timeS - 2 * LIFETIME_S }, secretKey)
    case 'other-key':
      return signUserSig(ticket, `not ${secretKey}`)
    case 'other-app':
      return signUserSig({ ...ticket, sdkAppId: sdkAppId + 1 }, secretKey)
    case 'other-user':
      return signUserSig({ ...ticket, identifier: `not ${identifier}` }, secretKey)
    case 'garbled':
      return 'garbled'
    case 'truncated':
      return signUserSig(ticket, secretKey).slice(0, -20)
  }
}
