import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

import { expect, test } from 'vitest'

import { startSidecar } from './support/start-sidecar.ts'

const page = readFileSync(new URL('../../../docs/calling-from-node.md', import.meta.url), 'utf8')
const programs = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)

/** The two functions that a program of the page defines, in front of a sidecar at `url`. */
interface Client {
  readonly tagsOf: (users: readonly string[]) => Promise<unknown>
  readonly close: () => Promise<void>
}

async function clientOf(program: string, url: string): Promise<Client> {
  const here = program.replace("'undici'", JSON.stringify(import.meta.resolve('undici')))
  const code = `${here.replace('http://127.0.0.1:7430', url)}\nexport { tagsOf }\nexport const close = () => pool.destroy()`
  const text = stripTypeScriptTypes(code)
  return import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`)
}

test('the page has two programs', () => {
  expect(programs).toHaveLength(2)
})

test.each(programs)('a program of the page gets tags, many times at once: %#', async (program) => {
  await using started = await startSidecar()
  started.fake.setTags('user-1', ['金牌会员'])
  const client = await clientOf(program, started.url)
  const asked = Array.from({ length: 100 }, () => client.tagsOf(['xiaoming', 'user-1']))
  for (const answer of await Promise.all(asked)) {
    expect(answer).toMatchObject({
      results: [
        { user: 'xiaoming', tags: ['GoldMember', 'WeekPassUser'] },
        { user: 'user-1', tags: ['金牌会员'] },
      ],
    })
  }
  await client.close()
})
