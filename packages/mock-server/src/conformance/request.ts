import type { AppCredentials } from '../engine/app.ts'
import { issueUserSig } from '../engine/issue-usersig.ts'
import type { CallSpec } from './row.ts'

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

function queryOf(
  { query = {}, userSig: variant = 'valid' }: CallSpec,
  { credentials, wallMs }: Target,
): string {
  const { sdkAppId, adminId } = credentials
  const identifier = query['identifier'] ?? adminId
  const parameters = {
    sdkappid: String(sdkAppId),
    identifier,
    usersig: issueUserSig(credentials, { identifier, variant }, wallMs()).usersig,
    random: '99999999',
    contenttype: 'json',
    ...query,
  }
  const given = Object.entries(parameters).filter(
    (parameter): parameter is [string, string] => parameter[1] !== undefined,
  )
  return new URLSearchParams(given).toString()
}
