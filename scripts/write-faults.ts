/** Writes docs/faults.md from the titles of the tests that prove it: `node scripts/write-faults.ts`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

import { CHANGED } from '../packages/sidecar/tests/faults/changed.ts'

const FOLDER = 'packages/sidecar/tests/faults/'
const folder = new URL(`../${FOLDER}`, import.meta.url)

/** Where the document is. */
export const documentUrl: URL = new URL('../docs/faults.md', import.meta.url)

const CHAPTERS: readonly (readonly [letter: string, title: string, numbers: readonly number[]])[] =
  [
    ['U', 'Upstream', [...upTo(23), 25, 26, 27]],
    ['S', 'The process', [1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14]],
    ['L', 'Overload', [1, 2, 3, 5]],
  ]

/** The rows that the document must have, in their order. */
export const rows: readonly string[] = CHAPTERS.flatMap(([letter, , numbers]) =>
  numbers.map((number) => `${letter}${number}`),
)

/** A test that proves a row. */
export interface Proof {
  readonly row: string
  /** What is true of the product. */
  readonly sentence: string
  /** The file that proves it, as a link's text. */
  readonly file: string
}

/** Reads the titles of the fault tests; every one begins with its row. */
export function readProofs(): readonly Proof[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
  return files.toSorted().flatMap((file) => {
    const source = readFileSync(new URL(file, folder), 'utf8')
    return [...source.matchAll(/\btest\(\s*(['"`])([USL]\d+) (.+?)\1,/g)].map(
      ([, , row = '', sentence = '']) => ({ row, sentence, file }),
    )
  })
}

/** Returns the document; rows without a test are left out. */
export function faultsDocument(proofs: readonly Proof[]): string {
  const chapters = CHAPTERS.map(([letter, title, numbers]) => {
    const lines = numbers.flatMap((number) =>
      proofs.filter(({ row }) => row === `${letter}${number}`).map(proofLine),
    )
    return `## ${title}\n\n| row | what holds | proved by |\n|---|---|---|\n${lines.join('\n')}\n`
  })
  return [
    '# Faults',
    '',
    'What the sidecar does when something is wrong. Every line is the title of a test that brings the fault about on real sockets, in front of',
    'the fake Tencent or of a server that is ruder than it. This page is written by `scripts/write-faults.ts` and checked by `npm test`.',
    '',
    ...chapters,
    '## Where another behaviour may be expected',
    '',
    '| row | one may expect | why it is not so |',
    '|---|---|---|',
    ...rows.flatMap(changeLine),
    '',
  ].join('\n')
}

function proofLine({ row, sentence, file }: Proof): string {
  return `| ${row} | ${sentence} | [${file.replace('.test.ts', '')}](../${FOLDER}${file}) |`
}

function changeLine(row: string): readonly string[] {
  const change = CHANGED.get(row)
  return change === undefined ? [] : [`| ${row} | ${change.expected} | ${change.because} |`]
}

function upTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

if (import.meta.main) writeFileSync(documentUrl, faultsDocument(readProofs()))
