import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import openapi from '../openapi.json' with { type: 'json' }
import { startSidecar } from './support/start-sidecar.ts'

const operations = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')

/** The words in code of the first column of a section's tables. */
function firstColumn(section: string): string[] {
  const [, rest = ''] = operations.split(`\n## ${section}\n`)
  const [text = ''] = rest.split('\n## ')
  const cells = [...text.matchAll(/^\| (?!---)([^|]*`[^|]*) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))
}

const distinct = (words: readonly string[]): string[] => [...new Set(words)].sort()

test('docs/operations.md has every series of the sidecar, and no other', async () => {
  await using started = await startSidecar()
  const scraped = await (await fetch(`${started.opsUrl}/metrics`)).text()
  const families = [...scraped.matchAll(/^# TYPE (tagside_\w+)/gm)].map(([, name = '']) => name)
  const documented = firstColumn('Metrics').map((series) => series.replace(/\{.*/, ''))
  expect(distinct(documented)).toEqual(distinct(families))
})

test('docs/operations.md has every event of the log, and no other', () => {
  const source = fileURLToPath(new URL('../src', import.meta.url))
  const files = globSync(`${source}/**/*.ts`).filter((file) => !file.endsWith('.test.ts'))
  const events = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?<!\()\bevent: '([a-z-]+)'/g)].map(
      ([, name = '']) => name,
    ),
  )
  expect(distinct(firstColumn('Log events'))).toEqual(distinct(events))
})

test('docs/operations.md has every code of a problem, under the anchor that its type points to, and no other', () => {
  const codes = [...JSON.stringify(openapi).matchAll(/"code":\{[^{}]*"enum":\[([^\]]*)\]/g)]
    .flatMap(([, list = '']) => list.split(','))
    .map((code) => code.replaceAll('"', ''))
  expect(codes.length).toBeGreaterThan(20)
  expect(distinct(firstColumn('Problems'))).toEqual(distinct(codes))
  const anchors = [...operations.matchAll(/<a id="([a-z-]+)"><\/a>/g)].map(([, id = '']) => id)
  expect(anchors.sort()).toEqual(distinct(codes))
})
