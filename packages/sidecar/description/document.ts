import { Hono } from 'hono'
import { describeRoute, generateSpecs } from 'hono-openapi'

import { METHODS } from '../src/http/app.ts'
import { userId } from '../src/http/schemas.ts'
import { version } from '../src/version.ts'
import { sharedHeaders } from './headers.ts'
import { operations } from './operations.ts'
import { sharedParameters } from './parameters.ts'
import { sharedResponses } from './problems.ts'
import { convertedSchema } from './schema.ts'

/** Where the document is. */
export const documentUrl: URL = new URL('../openapi.json', import.meta.url)

/**
 * Returns the OpenAPI document of the data listener, as JSON text. It is made of the paths that there are and of the schemas that
 * parse their requests. The routes themselves carry no description: hono-openapi would have each request walk through it.
 */
export async function openapiDocument(): Promise<string> {
  const app = new Hono()
  const described = await operations()
  for (const [path, methods] of METHODS) {
    const operation = described.get(path)
    if (operation === undefined) throw new Error(`${path} has no description`)
    const [method = ''] = methods.split(',')
    app.on(method, path, describeRoute(operation))
  }
  const { shared } = await convertedSchema(userId)
  const { components, ...document } = await generateSpecs(app, {
    // Else it takes /openapi.json for a file that no API has.
    excludeStaticFile: false,
    documentation: {
      info: {
        title: 'Tagside',
        version,
        summary: 'Push tags of Tencent Cloud Chat users, cached beside your pods',
        description:
          'The data listener. Problems are `application/problem+json` (RFC 9457); their `code` is stable. A path that is not here is 404 `not-found`. Answers may get further members. Requests of web pages and proxies are refused, and no CORS header is ever sent.',
      },
      servers: [{ url: 'http://127.0.0.1:7430', description: 'A sidecar with its own defaults' }],
      tags: [
        { name: 'REST', description: 'Tags of users, and forgetting them.' },
        { name: 'Drop-in', description: "Tencent's own request and reply." },
        { name: 'Description', description: 'What there is.' },
      ],
      security: [{}, { accessToken: [] }],
      components: {
        securitySchemes: {
          accessToken: {
            type: 'http',
            scheme: 'bearer',
            description:
              'Asked for when `TAGSIDE_ACCESS_TOKEN_FILE` or `TAGSIDE_ACCESS_TOKEN` is set.',
          },
        },
        parameters: await sharedParameters(),
        headers: await sharedHeaders(),
        responses: sharedResponses(),
        schemas: shared,
      },
    },
  })
  return `${JSON.stringify({ ...document, components }, null, 2)}\n`
}
