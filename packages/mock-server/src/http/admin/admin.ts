import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'

import { UnknownAppError } from '../../control/direct-control.ts'
import type { MockControl } from '../../control/mock-control.ts'
import { MockError } from '../../engine/errors.ts'
import { VerificationError } from '../../engine/verification.ts'
import { addCallRoutes } from './call-routes.ts'
import { addDataRoutes } from './data-routes.ts'
import { addFaultRoutes } from './fault-routes.ts'
import { openApi } from './open-api.ts'
import type { AdminEnv } from './request.ts'
import { addStateRoutes } from './state-routes.ts'
import { statusText } from './status-text.ts'

/**
 * The admin API: a MockControl over HTTP. All of it but the status text is JSON, and about one app,
 * `?app=SDKAPPID` or else the first. What is wrong with a call is said as `{"error":"…"}` with 400,
 * 404 for what is not there, 413 for a body that is too large, 417 for an expectation that was not
 * met.
 */
export function createAdmin(control: MockControl): Hono<AdminEnv> {
  const admin = new Hono<AdminEnv>()
  admin.use(async (context, next) => {
    const sdkAppId = context.req.query('app')
    context.set('control', sdkAppId === undefined ? control : control.app(readId(sdkAppId)))
    await next()
  })
  admin.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status)
    if (error instanceof UnknownAppError) return context.json({ error: error.message }, 404)
    if (error instanceof VerificationError) {
      const { message, calls, nearest } = error
      return context.json({ error: message, calls, nearest }, 417)
    }
    if (error instanceof MockError) return context.json({ error: error.message }, 400)
    throw error
  })
  admin.get('/', async (context) => context.text(await statusText(context.var.control)))
  admin.get('/openapi.json', (context) => context.json(openApi()))
  addStateRoutes(admin)
  addDataRoutes(admin)
  addFaultRoutes(admin)
  addCallRoutes(admin)
  admin.all('*', ({ req }) => {
    throw new HTTPException(404, { message: `the admin API has no ${req.method} ${req.path}` })
  })
  return admin
}

function readId(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new HTTPException(404, { message: `there is no app ${text}` })
}
