/** Writes packages/sidecar/openapi.json from the schemas of the routes: `node --conditions=source scripts/write-openapi.ts`. */
import { writeFileSync } from 'node:fs'

import { documentUrl, openapiDocument } from '../packages/sidecar/description/document.ts'

writeFileSync(documentUrl, await openapiDocument())
