import { apis } from './apis.ts'
import type { Call, CallContent } from './call.ts'
import { textOf } from './codes.ts'
import { nearest, nearNote } from './near.ts'
import type { Reply } from './reply.ts'
import { fail, page } from './reply.ts'
import { verifyUserSig } from './usersig.ts'

/**
 * Answers a call.
 *
 * The codes are documented, the order in which the real service checks is not. This one goes from
 * the outside in: address, app, credentials, rate, rights, body.
 */
export function judge(call: Call, content: CallContent, nowMs: number): Reply {
  const { method, path, api } = call
  if (method !== 'POST') return fail(60002)
  if (api === undefined) {
    return fail(60009, `${textOf(60009)}${nearNote(nearest(path, apis.keys(), 1))}`)
  }
  const refusal = unknownApp(call) ?? badCredentials(call, nowMs) ?? overRate(call) ?? noAdmin(call)
  if (refusal !== undefined) return refusal
  if (content.text === undefined) return page(413, 'html')
  if (content.text === '') return fail(60003)
  return api(call.app, content)
}

function unknownApp({ query, namesApp }: Call): Reply | undefined {
  if (!query.get('sdkappid')) return fail(60012)
  return namesApp ? undefined : fail(70020)
}

function badCredentials({ app, query }: Call, nowMs: number): Reply | undefined {
  if (app.settings.signatureCheck === 'off') return undefined
  const identifier = query.get('identifier')
  const userSig = query.get('usersig')
  if (!identifier || !userSig || query.get('contenttype') !== 'json') return fail(60025)
  const { sdkAppId } = app.credentials
  const failures = app.secretKeys.map((secretKey) =>
    verifyUserSig(userSig, { sdkAppId, secretKey, identifier, nowMs }),
  )
  if (failures.includes(undefined)) return undefined
  // Another key's signature is no news where one key says more.
  const failure = failures.find((each) => each !== 70009) ?? 70009
  app.referee.signatureRefused()
  return fail(failure)
}

function overRate({ app, path, isAdmitted }: Call): Reply | undefined {
  if (isAdmitted) return undefined
  const limit = `more than ${app.settings.rate} calls of ${path.slice(1)} in a second`
  return fail(
    60007,
    `${textOf(60007)}: ${limit} (--rate off, or rate: 'off', lifts this limit of the fake)`,
  )
}

function noAdmin({ app, query }: Call): Reply | undefined {
  const isAdmin = query.get('identifier') === app.credentials.adminId
  return isAdmin || app.settings.signatureCheck === 'off' ? undefined : fail(90009)
}
