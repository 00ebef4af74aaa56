import { Pool } from 'undici'

import type { Answer, Ask, ClientJob } from './node-client.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }

/** Asks by `pool.request`, undici's usual way. */
export function askUndici(job: ClientJob): Ask {
  const pool = poolOf(job)
  const call = callOf(job)
  return async (users) => {
    const { body } = await pool.request(call(users))
    return answersIn(await body.text(), users)
  }
}

/** Asks by `pool.dispatch`, undici's way for those who count: it tells of the parts of an answer as they come, and makes no stream of them. */
export function askByDispatch(job: ClientJob): Ask {
  const pool = poolOf(job)
  const call = callOf(job)
  return (users) =>
    new Promise((resolve, reject) => {
      const parts: Buffer[] = []
      pool.dispatch(call(users), {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_, part) => parts.push(part),
        onResponseEnd: () => {
          const [first, ...others] = parts
          const whole = first === undefined || others.length > 0 ? Buffer.concat(parts) : first
          resolve(answersIn(whole.toString(), users))
        },
        onResponseError: (_, error) => reject(error),
      })
    })
}

function poolOf({ port, concurrency, pipelining = 1 }: ClientJob): Pool {
  const connections = concurrency / pipelining
  return new Pool(`http://127.0.0.1:${port}`, { connections, pipelining })
}

function callOf({ pipelining = 1 }: ClientJob) {
  // Without them undici sends nothing behind a POST before its answer begins.
  const sharing = pipelining > 1 ? { idempotent: true, blocking: false } : {}
  return (users: readonly string[]) =>
    users.length === 1
      ? ({ method: 'GET', path: `/v1/users/${users[0]}/tags` } as const)
      : ({
          method: 'POST',
          path: '/v1/tags:batchGet',
          headers: JSON_HEADERS,
          body: JSON.stringify({ users }),
          ...sharing,
        } as const)
}

function answersIn(text: string, users: readonly string[]): readonly Answer[] {
  if (users.length === 1) return [JSON.parse(text)]
  const { results }: { readonly results: readonly Answer[] } = JSON.parse(text)
  return results
}
