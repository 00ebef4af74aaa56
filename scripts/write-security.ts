/** Writes the table of docs/security.md from the threats and the tests that prove them: `node scripts/write-security.ts`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

import { THREATS } from '../packages/sidecar/tests/security/threats.ts'

const TESTS = 'packages/sidecar/tests/'
const folder = new URL(`../${TESTS}security/`, import.meta.url)
const documentUrl = new URL('../docs/security.md', import.meta.url)
const REGION = /(?<=<!-- written by scripts\/write-security\.ts -->\n\n).*?(?=\n<!-- end -->)/s

/** What a test file proves. */
export interface Proofs {
  readonly file: string
  /** Rows, in the order of their first test. */
  readonly rows: readonly string[]
  /** Blocks and tests at the top level whose title does not begin with a row. */
  readonly nameless: number
}

/** Reads the titles at the top level of every security test; each begins with its row. */
export function readProofs(): readonly Proofs[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  return files.toSorted().map((file) => {
    const source = readFileSync(new URL(file, folder), 'utf8')
    const titles = [...source.matchAll(/^ {0,2}(?:[\w.]+(?:\(\w+\))?\(|\]\)\()?['"`](T\d+): /gm)]
    const blocks = source.match(/^(?:describe\w*|test)\b/gm) ?? []
    const rows = [...new Set(titles.map(([, row = '']) => row))]
    return { file, rows, nameless: blocks.length - titles.length }
  })
}

/** The document as it is, and as the threats and their proofs would have it. */
export function readDocument(proofs: readonly Proofs[]): {
  readonly is: string
  readonly should: string
} {
  const is = readFileSync(documentUrl, 'utf8')
  if (!REGION.test(is)) throw new Error('docs/security.md has lost the place of its table')
  return { is, should: is.replace(REGION, () => table(proofs)) }
}

/** Test files that rows name beside those of the folder and that are not there. */
export function missingFiles(): readonly string[] {
  const named = [...THREATS.values()].flatMap(({ elsewhere = [] }) => elsewhere)
  return named.filter((file) => !existsSync(new URL(`../${TESTS}${file}`, import.meta.url)))
}

function table(proofs: readonly Proofs[]): string {
  const lines = [...THREATS].map(([row, { threat, answer, elsewhere = [] }]) => {
    const own = proofs
      .filter(({ rows }) => rows.includes(row))
      .map(({ file }) => `security/${file}`)
    const links = [...own, ...elsewhere].map(linkTo)
    return `| ${row} | ${threat} | ${answer} | ${links.join(', ')} |\n`
  })
  return `| row | threat | what stands against it | proved by |\n|---|---|---|---|\n${lines.join('')}`
}

function linkTo(file: string): string {
  const { pathname } = new URL(TESTS + file, 'file:///')
  const name = pathname.slice(pathname.lastIndexOf('/') + 1).replace('.test.ts', '')
  return `[${name}](..${pathname})`
}

if (import.meta.main) writeFileSync(documentUrl, readDocument(readProofs()).should)
