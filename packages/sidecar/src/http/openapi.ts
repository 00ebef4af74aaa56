import { Hono } from 'hono'

import { readPackageFile } from '../package-file.ts'
import { requestId } from './caller.ts'

/**
 * `GET /openapi.json`: the description of all that the data listener answers. It is read from its file when somebody asks
 * first. Making it anew from the schemas would take 10 MB of memory and 30 ms for the libraries alone.
 */
export function openapiRoutes(): Hono {
  const app = new Hono()
  let text: string | undefined
  app.get('/openapi.json', (c) => {
    text ??= readPackageFile('openapi.json')
    return new Response(text, {
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': requestId(c) },
    })
  })
  return app
}
