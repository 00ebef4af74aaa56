import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { ListeningServer } from '../src/index.ts'
import { createFakeTencent } from '../src/index.ts'
import { documentedErrors } from './support/documented-errors.ts'
import { isMissing, printed } from './support/printed.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** Lines that ask for a magic account, one for each program. */
const lines = [...readme.matchAll(/```sh\n((\w+) .+)\n```/g)].map(
  ([, line = '', program = '']) => ({ line, program }),
)

/** Magic accounts, each with what every program says of it; see the table of the README. */
const outcomes = [...readme.matchAll(/^\| (`mock_.+) \| (.+) \|$/gm)].flatMap(
  ([, accounts = '', says = '']) =>
    [...accounts.matchAll(/`(\w+)`/g)].map(([, account = '']) => ({
      account,
      says: [...says.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words),
    })),
)

let server: ListeningServer
beforeAll(async () => {
  server = await createFakeTencent({ rate: 'off' }).listen()
})
afterAll(() => server.close())

test('the README has a line for each program and an outcome for each error', () => {
  expect(lines.map(({ program }) => program)).toEqual(['curl', 'python3', 'node'])
  expect(outcomes.map(({ account }) => account)).toEqual(documentedErrors)
})

// At once, because some wait for an answer that does not come.
describe.concurrent.each(lines.map(({ line, program }, index) => ({ line, program, index })))(
  'one line for $program',
  ({ line, program, index }) => {
    test.skipIf(isMissing(program, 'the README')).for(outcomes)(
      'shows $account as the README says',
      async ({ account, says }, { expect: expectHere }) => {
        const here = line
          .replace('http://127.0.0.1:7440', server.url)
          .replace('mock_err_91000', account)
        const code = /^mock_err_(\d+)$/.exec(account)?.[1]
        const expected = code === undefined ? says[index] : `"ErrorCode":${code}`
        expectHere(await printed('sh', '-c', here)).toContain(expected)
      },
    )
  },
)
