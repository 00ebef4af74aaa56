import { createHmac } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'

import * as v from 'valibot'

/**
 * UserSig, Tencent's TLSSigAPIv2 (document 1047/34385 and the published signers).
 *
 * The ticket is a JSON object of the signed values and their HMAC-SHA256, deflated with a zlib
 * header, in base64 with `+ / =` written `* - _`. Only the values are signed, not their order or
 * spacing, so a ticket is checked by decoding it and computing the HMAC anew, never by comparing
 * text.
 */

/** The values that are signed, in the ticket's own words but for the prefix `TLS.`. */
interface Ticket {
  readonly identifier: string
  readonly sdkAppId: number
  readonly timeS: number
  readonly expireS: number
  /** Base64, as it stands in the ticket. */
  readonly userbuf?: string | undefined
}

/**
 * Why a UserSig is refused, as Tencent's code: undecodable, other user, other app, wrong key,
 * expired.
 */
export type UserSigFailure = 70003 | 70013 | 70014 | 70009 | 70001

export interface UserSigExpectation {
  readonly sdkAppId: number
  readonly secretKey: string
  /** The `identifier` of the query string. */
  readonly identifier: string
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

const wireTicket = v.object({
  'TLS.identifier': v.string(),
  'TLS.sdkappid': v.number(),
  'TLS.time': v.number(),
  'TLS.expire': v.number(),
  'TLS.userbuf': v.optional(v.string()),
  'TLS.sig': v.string(),
})

// A ticket of the longest documented values inflates to under 1 KiB; what is larger is an attack.
const TICKET_BYTES_MAX = 4096

/**
 * Returns why the UserSig is refused, or undefined if it is good. A ticket is still good in the
 * second it expires.
 */
export function verifyUserSig(
  userSig: string,
  expected: UserSigExpectation,
): UserSigFailure | undefined {
  const decoded = decode(userSig)
  if (decoded === undefined) return 70003
  const { ticket, signature } = decoded
  if (ticket.identifier !== expected.identifier) return 70013
  if (ticket.sdkAppId !== expected.sdkAppId) return 70014
  if (signatureOf(ticket, expected.secretKey) !== signature) return 70009
  if (Math.floor(expected.nowMs / 1000) > ticket.timeS + ticket.expireS) return 70001
  return undefined
}

/**
 * Signs as the vendor's packages do: for the `curl` line of the command, which must work as
 * printed.
 */
export function signUserSig(ticket: Ticket, secretKey: string): string {
  const json = JSON.stringify({
    'TLS.ver': '2.0',
    'TLS.identifier': ticket.identifier,
    'TLS.sdkappid': ticket.sdkAppId,
    'TLS.time': ticket.timeS,
    'TLS.expire': ticket.expireS,
    ...(ticket.userbuf === undefined ? {} : { 'TLS.userbuf': ticket.userbuf }),
    'TLS.sig': signatureOf(ticket, secretKey),
  })
  return escape(deflateSync(json).toString('base64'))
}

function signatureOf(ticket: Ticket, secretKey: string): string {
  const lines = [
    `TLS.identifier:${ticket.identifier}`,
    `TLS.sdkappid:${ticket.sdkAppId}`,
    `TLS.time:${ticket.timeS}`,
    `TLS.expire:${ticket.expireS}`,
    ...(ticket.userbuf === undefined ? [] : [`TLS.userbuf:${ticket.userbuf}`]),
  ]
  return createHmac('sha256', secretKey)
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('base64')
}

function decode(userSig: string): { ticket: Ticket; signature: string } | undefined {
  const bytes = Buffer.from(unescape(userSig), 'base64')
  // Node skips characters that are not base64 and bits beyond the last byte. Encoding again shows
  // both.
  if (escape(bytes.toString('base64')) !== userSig) return undefined
  const parsed = v.safeParse(wireTicket, inflatedJson(bytes))
  if (!parsed.success) return undefined
  const wire = parsed.output
  const ticket = {
    identifier: wire['TLS.identifier'],
    sdkAppId: wire['TLS.sdkappid'],
    timeS: wire['TLS.time'],
    expireS: wire['TLS.expire'],
    userbuf: wire['TLS.userbuf'],
  }
  return { ticket, signature: wire['TLS.sig'] }
}

const inflation = { maxOutputLength: TICKET_BYTES_MAX, rejectGarbageAfterEnd: true }

function inflatedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(inflateSync(bytes, inflation).toString('utf8'))
  } catch {
    return undefined
  }
}

function escape(base64: string): string {
  return base64.replaceAll('+', '*').replaceAll('/', '-').replaceAll('=', '_')
}

function unescape(text: string): string {
  return text.replaceAll('*', '+').replaceAll('-', '/').replaceAll('_', '=')
}
