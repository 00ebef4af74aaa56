import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { describe, expect, test } from 'vitest'

import { chapters, openQuestions } from '../packages/mock-server/src/conformance/index.ts'
import { conformanceDocument, conformanceUrl } from './write-conformance.ts'

describe('docs/conformance.md', () => {
  test('is what the conformance table says (written anew by scripts/write-conformance.ts)', () => {
    expect(readFileSync(conformanceUrl, 'utf8')).toBe(conformanceDocument())
  })

  test('has every row and every open question', () => {
    const document = conformanceDocument()
    for (const { id } of chapters.flatMap(({ rows }) => rows)) {
      expect(document).toContain(`| \`${id}\` |`)
    }
    for (const { question } of openQuestions) expect(document).toContain(`| ${question} |`)
  })
})

describe('pnpm conformance:live', () => {
  const script = fileURLToPath(new URL('conformance-live.ts', import.meta.url))
  const run = async (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [script], { env })

  test('without credentials says that it ran nothing and why, and is content', async () => {
    const { stdout } = await run({})
    expect(stdout).toMatch(/^NOTHING WAS RUN: TAGSIDE_CONFORMANCE_SDK_APP_ID, .* not set\./)
  })

  test('with half of the credentials fails, and repeats none of them', async () => {
    const ended = run({ TAGSIDE_CONFORMANCE_SECRET_KEY: 'canary' })
    await expect(ended).rejects.toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^NOTHING WAS RUN: (?!.*canary)/),
    })
  })
})
