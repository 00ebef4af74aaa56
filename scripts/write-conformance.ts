/** Writes docs/conformance.md from the conformance table: `node scripts/write-conformance.ts`. */
import { writeFileSync } from 'node:fs'

import {
  type Chapter,
  chapters,
  conformanceRows,
  type OpenQuestion,
  openQuestions,
  type Row,
  type Verdict,
} from '../packages/mock-server/src/conformance/index.ts'

/** Where the document is. */
export const conformanceUrl: URL = new URL('../docs/conformance.md', import.meta.url)

/** Returns the document. */
export function conformanceDocument(): string {
  return [...introduction, ...chapters.flatMap(chapter), ...questions(openQuestions), ''].join('\n')
}

const triedLive = conformanceRows.filter(({ confidence }) => confidence.startsWith('live@'))

const introduction = [
  '# Conformance',
  '',
  "What is known of Tencent's tag calls, one fact a row, each with a call that shows it. The rows are code, in",
  '[packages/mock-server/src/conformance](../packages/mock-server/src/conformance); every one is tried on the fake in four ways (called, in process, on its port,',
  'and with every guess drawn at random) and, where it applies, on the sidecar in front of it. This page is written by',
  '`scripts/write-conformance.ts` and checked by `npm test`.',
  '',
  `So far ${triedLive.length} of the ${conformanceRows.length} rows have been tried on the real service. With the credentials of an app,`,
  '`pnpm conformance:live` tries the rows marked *live* on it: they only read, four calls a second at most,',
  'and three of them carry a bad UserSig. It reads `TAGSIDE_CONFORMANCE_URL`, `_SDK_APP_ID`, `_SECRET_KEY` and `_ADMIN_ID`.',
  '',
  '- **sure**: `doc` a document says so; `sample` a published sample or reply shows it; `assumed` neither does; `live@DAY` the real service was asked.',
  "- **source**: the number of the document on Tencent's sites (`1047/60567`), and what in it.",
  '- **must be**: where several codes are right, the first is what the fake answers.',
  '',
]

function chapter({ title, rows }: Chapter): readonly string[] {
  return [
    `## ${title}`,
    '',
    '| row | fact | must be | sure | source | live | drop-in |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(rowLine),
    '',
    ...reasons(rows),
  ]
}

function rowLine({ id, fact, expected, confidence, source, live, dropIn }: Row): string {
  const cells = [`\`${id}\``, fact, expected.says, confidence, source, word(live), word(dropIn)]
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
}

function word(verdict: Verdict): string {
  return verdict === 'yes' ? 'yes' : 'no'
}

/** The reasons for each no, each once, with the rows that have it. */
function reasons(rows: readonly Row[]): readonly string[] {
  const rowsOf = new Map<string, string[]>()
  for (const { id, live, dropIn } of rows) {
    for (const [where, verdict] of [['Live', live] as const, ['Drop-in', dropIn] as const]) {
      if (verdict === 'yes') continue
      const reason = `${where}, ${verdict}`
      rowsOf.set(reason, [...(rowsOf.get(reason) ?? []), `\`${id}\``])
    }
  }
  if (rowsOf.size === 0) return []
  const which = (ids: readonly string[]): string =>
    ids.length === rows.length ? 'all these rows' : ids.join(', ')
  return [...[...rowsOf].map(([reason, ids]) => `- ${reason}: ${which(ids)}`), '']
}

function questions(all: readonly OpenQuestion[]): readonly string[] {
  return [
    '## Open questions',
    '',
    'What the documents leave open, beside the rows marked `assumed`. The fake answers each in one way, which is a choice. With `--ambiguity random`, or the',
    'option `ambiguity`, it draws its answers from those in the last column, the same for the same seed; a client whose tests pass under it leans on none of',
    'them. `pnpm test:ambiguity` runs the tests of the sidecar so; `AMBIGUITY_SEED` chooses the seed.',
    '',
    '| question | the fake | drawn at random from |',
    '|---|---|---|',
    ...all.map(
      ({ question, fixed, random = '(not drawn)' }) => `| ${question} | ${fixed} | ${random} |`,
    ),
  ]
}

if (import.meta.main) writeFileSync(conformanceUrl, conformanceDocument())
