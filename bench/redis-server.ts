import { Redis } from 'ioredis'

import { freePort, type Server, startOther } from './processes.ts'
import { FETCHED_AT, TAGS, userName } from './servers/samples.ts'

const USERS_PER_SET = 1_000

/** Starts Redis with `users` users in it: what the sidecar would answer, as JSON under the user's name. */
export async function startRedis(program: string, users: number): Promise<Server> {
  const port = await freePort()
  const server = await startOther(
    [
      program,
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--loglevel',
      'warning',
    ],
    port,
  )
  const redis = new Redis(port, '127.0.0.1')
  for (let from = 0; from < users; from += USERS_PER_SET) {
    const pairs = Array.from({ length: USERS_PER_SET }, (_, place) => {
      const user = userName(from + place)
      return [user, JSON.stringify({ user, tags: TAGS, fetchedAt: FETCHED_AT })]
    })
    await redis.mset(pairs.flat())
  }
  redis.disconnect()
  return server
}
