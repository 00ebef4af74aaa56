import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { ListeningServer } from '../src/index.ts'
import { createFakeTencent } from '../src/index.ts'
import { documentedErrors } from './support/documented-errors.ts'
import { isMissing, printed } from './support/printed.ts'
import { runAsReader } from './support/reader-project.ts'

const page = readFileSync(new URL('../../../docs/testing-your-app.md', import.meta.url), 'utf8')
const address = 'http://127.0.0.1:7440'

/** The examples of the page in one language. */
function examples(language: string): readonly string[] {
  const fence = '`'.repeat(3)
  const fenced = new RegExp(`${fence}${language}\\n([\\s\\S]*?)${fence}`, 'g')
  return [...page.matchAll(fenced)].map(([, text = '']) => text)
}

const [shellFaults = '', service = '', ...otherShell] = examples('sh')

/** How a language defines `ask`, and the lines that call it with what comes of them. */
function asked(example: string): { definition: string; calls: readonly [string, string][] } {
  const lines = example.trimEnd().split('\n')
  const called = lines.flatMap((line): [string, string][] => {
    const [, call, outcome] = /^(ask\W.*) (?:#|\/\/) (.+)$/.exec(line) ?? []
    return call === undefined || outcome === undefined ? [] : [[call, outcome]]
  })
  const definition = lines.slice(0, lines.length - called.length).join('\n')
  return { definition, calls: called }
}

const languages = [
  {
    name: 'the shell',
    example: shellFaults,
    missing: isMissing('curl', 'testing-your-app.md'),
    run: (definition: string, call: string) => printed('sh', '-c', `${definition}\n${call}`),
  },
  {
    name: 'Python',
    example: examples('python').join(''),
    missing: isMissing('python3', 'testing-your-app.md'),
    run: (definition: string, call: string) =>
      printed('python3', '-c', `${definition}\nprint(${call})`),
  },
  {
    name: 'Node',
    example: examples('js').join(''),
    missing: false,
    run: (definition: string, call: string) =>
      printed(
        process.execPath,
        '--input-type=module',
        '--eval',
        `${definition}\nconsole.log(await ${call})`,
      ),
  },
]

let server: ListeningServer
beforeAll(async () => {
  server = await createFakeTencent({ rate: 'off' }).listen()
})
afterAll(() => server.close())

test('the page has an example of each kind, and no other', () => {
  expect(otherShell).toEqual([])
  const fences = [...page.matchAll(/^```(\w+)$/gm)].map(([, language]) => language)
  expect(fences).toEqual(['ts', 'sh', 'python', 'js', 'sh', 'console'])
})

test('the tests in process pass as they stand', async () => {
  const { page: verdicts } = await runAsReader({ page: examples('ts').join('') })
  expect(verdicts).toEqual({
    'finds the tags of a user': '',
    'says what Tencent said': '',
    'fails as the network does': '',
  })
})

// At once, because some wait for an answer that does not come.
describe.concurrent('an example', () => {
  describe.each(languages)('of faults in $name', ({ example, missing, run }) => {
    const { definition, calls } = asked(example)

    test('are the documented errors and those of the network', () => {
      expect(definition).toContain(address)
      expect(calls.map(([call]) => /mock_\w+/.exec(call)?.[0])).toEqual(documentedErrors)
    })

    describe.skipIf(missing)('come as the page says', () => {
      test.for(calls)('%s: %s', async ([call, outcome], { expect: expectHere }) => {
        const output = await run(definition.replace(address, server.url), call)
        expectHere(output).toContain(outcome)
      })
    })
  })
})

describe.skipIf(isMissing('curl', 'testing-your-app.md'))('the command', () => {
  test('serves a run of CI as the page says', async () => {
    const free = await createFakeTencent().listen()
    await free.close()
    const directory = mkdtempSync(join(tmpdir(), 'service-'))
    const main = new URL('../src/main.ts', import.meta.url).pathname
    const script = service
      .replaceAll('7440', String(free.port))
      .replace('npm run -s tagside-mock --', `${process.execPath} --conditions=source ${main}`)
      .replaceAll('ready.json', join(directory, 'ready.json'))
    expect(await printed('sh', '-c', script)).toContain(/# (.+)/.exec(service)?.[1])
    rmSync(directory, { recursive: true })
  })

  test('keeps apps apart as the page says', async () => {
    await using fresh = await createFakeTencent().listen()
    const steps = examples('console').join('').trimEnd().split('\n')
    for (let step = 0; step < steps.length; step += 2) {
      const line = steps[step]?.replace('$ curl', 'curl -sS').replace(address, fresh.url) ?? ''
      expect(await printed('sh', '-c', line)).toBe(steps[step + 1])
    }
  })
})
