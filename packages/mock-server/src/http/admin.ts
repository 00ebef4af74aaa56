import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import * as v from 'valibot'

import type { App } from '../engine/app.ts'
import { parseJson, readBody } from '../engine/body.ts'
import type { Engine } from '../engine/engine.ts'
import { MockError } from '../engine/errors.ts'
import type { FaultRule } from '../engine/fault-rules.ts'

const tagsBody = v.object({ tags: v.array(v.string()) })
const faultBody = v.object({ spec: v.string() })

interface AdminEnv {
  readonly Variables: { readonly app: App }
}

/**
 * The admin API. All of it is JSON and about one app, `?app=SDKAPPID` or else the first. What is
 * wrong with a call is said as `{"error":"…"}` with 400, or 404 for what is not there.
 */
export function createAdmin(engine: Engine): Hono<AdminEnv> {
  const admin = new Hono<AdminEnv>()
  admin.use(async (context, next) => {
    const sdkAppId = context.req.query('app')
    const app = engine.app(sdkAppId)
    if (app === undefined) throw new HTTPException(404, { message: `there is no app ${sdkAppId}` })
    context.set('app', app)
    await next()
  })
  admin.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status)
    if (error instanceof MockError) return context.json({ error: error.message }, 400)
    throw error
  })
  admin.get('/health', (context) => context.json(healthOf(context.var.app)))
  admin.post('/reset', (context) => {
    context.var.app.reset()
    return context.json({})
  })
  addUsers(admin)
  addFaults(admin)
  addRequests(admin)
  admin.all('*', ({ req }) => {
    throw new HTTPException(404, { message: `the admin API has no ${req.method} ${req.path}` })
  })
  return admin
}

function healthOf({ credentials, randomSeed, users, referee }: App): object {
  return {
    status: 'ok',
    sdkAppId: credentials.sdkAppId,
    adminId: credentials.adminId,
    randomSeed,
    users: users.users().length,
    ...referee.stats,
  }
}

function addUsers(admin: Hono<AdminEnv>): void {
  admin.put('/users/:user/tags', async (context) => {
    const user = context.req.param('user')
    const { tags } = await read(tagsBody, context.req.raw)
    context.var.app.users.set(user, tags)
    return context.json({ user, tags })
  })
  admin.delete('/users/:user/tags', (context) => {
    const user = context.req.param('user')
    return context.json({ user, deleted: context.var.app.users.delete(user) })
  })
}

function addFaults(admin: Hono<AdminEnv>): void {
  admin.get('/faults', (context) => {
    return context.json({ faults: context.var.app.faults.list().map(describe) })
  })
  admin.post('/faults', async (context) => {
    const { spec } = await read(faultBody, context.req.raw)
    return context.json(describe(context.var.app.faults.add(spec)), 201)
  })
  admin.delete('/faults', (context) => {
    return context.json({ deleted: context.var.app.faults.clear() })
  })
}

function addRequests(admin: Hono<AdminEnv>): void {
  admin.get('/requests', (context) => {
    return context.json({ requests: context.var.app.journal.entries() })
  })
  admin.delete('/requests', (context) => {
    return context.json({ deleted: context.var.app.journal.clear() })
  })
}

function describe({ id, spec, hits, fired }: FaultRule): object {
  return { id, spec, hits, fired }
}

async function read<Schema extends v.GenericSchema>(
  schema: Schema,
  request: Request,
): Promise<v.InferOutput<Schema>> {
  const text = await readBody(request)
  if (text === undefined) throw new HTTPException(413, { message: 'body: more than 1 MiB' })
  const parsed = v.safeParse(schema, parseJson(text))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const where = v.getDotPath(issue) ?? 'body'
  throw new HTTPException(400, { message: `${where}: ${issue.message}` })
}
