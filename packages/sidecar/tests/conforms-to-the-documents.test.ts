import {
  conformanceRows,
  conformanceUsers,
  type Row,
  runRow,
} from '@tagside/mock-server/conformance'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { type StartedSidecar, startSidecar } from './support/start-sidecar.ts'

const holding = conformanceRows.filter(({ dropIn }) => dropIn === 'yes')

describe('what Tencent documents holds behind the drop-in face too:', () => {
  let sidecar: StartedSidecar
  beforeAll(async () => {
    sidecar = await startSidecar({}, { users: conformanceUsers })
  })
  afterAll(() => sidecar[Symbol.asyncDispose]())

  test.for(holding.map((row): [string, string, Row] => [row.id, row.fact, row]))(
    '%s: %s',
    async ([, , row]) => {
      const differences = await runRow(row, {
        baseUrl: sidecar.url,
        credentials: sidecar.fake.credentials,
        wallMs: () => Date.now(),
        send: (request) => fetch(request),
      })
      expect(differences).toEqual([])
    },
  )
})

test('every row that does not hold behind the drop-in face says why', () => {
  const others = conformanceRows.filter((row) => !holding.includes(row))
  expect(others.length).toBeGreaterThan(0)
  for (const { dropIn } of others) expect(dropIn).toMatch(/^no: the sidecar \S/)
})
