import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startPair } from './programs.ts'

const run = promisify(execFile)
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** Each command of the README with the output that stands under it. */
const examples = [...readme.matchAll(/```console\n\$ (.+)\n([\s\S]*?)```/g)].map(
  ([, command = '', output = '']) => ({
    command,
    output,
  }),
)

/** A machine with Node and npm alone may lack it; there the examples are skipped, aloud. Where CI is set it is demanded. */
const hasCurl = spawnSync('curl', ['--version']).status === 0
if (!hasCurl)
  console.warn('skipped: the examples of the README, because there is no curl on this machine')

let pair: Awaited<ReturnType<typeof startPair>>
beforeAll(async () => {
  pair = await startPair()
})
afterAll(async () => {
  await pair[Symbol.asyncDispose]()
})

/** What differs from one run to the next. */
function withoutMoments(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'MOMENT')
    .replaceAll(/ttl=\d+/g, 'ttl=SECONDS')
    .trim()
}

describe('the README', () => {
  test('has an example of each thing it says one can ask', () => {
    expect(examples.map(({ command }) => command.match(/7430(\S+)/)?.[1])).toEqual([
      '/v1/users/xiaoming/tags',
      '/v1/tags:batchGet',
      '/v4/timpush/get_tag',
      '/v1/cache:invalidate',
      '/v1/users/xiaohong/tags',
    ])
  })

  // In order: the fourth forgets what the first has fetched, the fifth hits what the second has.
  test.skipIf(!hasCurl && process.env['CI'] === undefined).each(examples)(
    'tells the truth: $command',
    async ({ command, output }) => {
      const here = command.replace('http://127.0.0.1:7430', pair.sidecar.url)
      const { stdout } = await run('sh', ['-c', here.replace(/^curl /, 'curl -sS ')])
      expect(withoutMoments(stdout)).toBe(withoutMoments(output))
    },
  )
})
