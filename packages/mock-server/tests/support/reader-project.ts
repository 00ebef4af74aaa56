import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

import * as v from 'valibot'

const resolve = createRequire(import.meta.url)
const packageRoot = new URL('../..', import.meta.url).pathname
const vitestRoot = dirname(resolve.resolve('vitest/package.json'))
const signerRoot = dirname(resolve.resolve('tls-sig-api-v2/package.json'))

// Source instead of dist, and as many tests at once as a file has.
const config = `export default {
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: { maxConcurrency: 100 },
}`

const report = v.object({
  testResults: v.array(
    v.object({
      name: v.string(),
      message: v.string(),
      assertionResults: v.array(
        v.object({ title: v.string(), failureMessages: v.array(v.string()) }),
      ),
    }),
  ),
})

/** How the tests of a file ended: what each test failed with, nothing if it passed. */
export type Verdicts = Readonly<Record<string, string>>

/**
 * Runs files of tests, by name, with Vitest in a project of its own that depends on this package and
 * on Tencent's signer, as a reader's does.
 */
export async function runAsReader(
  testFiles: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, Verdicts>>> {
  const project = mkdtempSync(join(tmpdir(), 'reader-'))
  try {
    mkdirSync(join(project, 'node_modules/@tagside'), { recursive: true })
    symlinkSync(packageRoot, join(project, 'node_modules/@tagside/mock-server'))
    symlinkSync(vitestRoot, join(project, 'node_modules/vitest'))
    symlinkSync(signerRoot, join(project, 'node_modules/tls-sig-api-v2'))
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    writeFileSync(join(project, 'vitest.config.js'), config)
    for (const [name, text] of Object.entries(testFiles)) {
      writeFileSync(join(project, `${name}.test.ts`), text)
    }
    return verdictsIn(await runVitest(project))
  } finally {
    rmSync(project, { recursive: true })
  }
}

/** Returns Vitest's report; that a test fails is no failure here. */
async function runVitest(project: string): Promise<string> {
  const output = join(project, 'report.json')
  const flags = ['--root', project, '--reporter', 'json', '--outputFile', output]
  const vitest = [join(vitestRoot, 'vitest.mjs'), 'run', ...flags]
  const failure: unknown = await promisify(execFile)(process.execPath, vitest, {
    cwd: project,
  }).catch((error: unknown) => error)
  if (!existsSync(output)) throw new Error('Vitest wrote no report', { cause: failure })
  return readFileSync(output, 'utf8')
}

function verdictsIn(text: string): Readonly<Record<string, Verdicts>> {
  const { testResults } = v.parse(report, JSON.parse(text))
  return Object.fromEntries(
    testResults.map(({ name, message, assertionResults }) => {
      if (assertionResults.length === 0) throw new Error(message)
      const verdicts = assertionResults.map(({ title, failureMessages }) => [
        title,
        failureMessages.join('\n'),
      ])
      return [basename(name, '.test.ts'), Object.fromEntries(verdicts)]
    }),
  )
}
