import type { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'

import { bodies } from '../../control/wire.ts'
import type { AdminEnv } from './request.ts'
import { readJson } from './request.ts'

/** Adds the calls about faults in force. */
export function addFaultRoutes(admin: Hono<AdminEnv>): void {
  admin.get('/faults', async (context) => {
    return context.json({ faults: await context.var.control.faults() })
  })
  admin.post('/faults', async (context) => {
    const { spec } = await readJson(bodies.fault, context.req.raw)
    return context.json(await context.var.control.fault(spec), 201)
  })
  admin.delete('/faults', async (context) => {
    return context.json({ deleted: await context.var.control.clearFaults() })
  })
  admin.delete('/faults/:id', async (context) => {
    const id = readId(context.req.param('id'))
    return context.json({ deleted: (await context.var.control.removeFault(id)) ? 1 : 0 })
  })
}

function readId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new HTTPException(400, { message: `id: expected a whole number, got "${text}"` })
}
