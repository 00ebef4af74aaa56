import { failsWith, succeeds } from './expectation.ts'
import { asking } from './get-tag-rows.ts'
import type { CallSpec, Row } from './row.ts'

const calls = (count: number): readonly CallSpec[] =>
  Array.from({ length: count }, () => asking('xiaoming'))

/** What the documents say of the rate; the calls of a row are made within one second. */
export const rateRows: readonly Row[] = [
  {
    id: 'rate.hundred',
    fact: 'The hundredth call of an API within a second is answered.',
    confidence: 'doc',
    source: '1047/60567, 100 calls a second',
    before: calls(99),
    call: asking('xiaoming'),
    expected: succeeds({ users: ['xiaoming'] }),
    live: 'no: it takes the budget of everybody who uses the app',
    dropIn: 'no: the sidecar has it in its cache',
  },
  {
    id: 'rate.exceeded',
    fact: 'The call after that fails, with HTTP status 200.',
    confidence: 'doc',
    source: '1047/34348, codes 60007 and 60018; older lists have 60011 and 60019',
    before: calls(100),
    call: asking('xiaoming'),
    expected: failsWith(60007, 60011, 60018, 60019),
    live: 'no: it takes the budget of everybody who uses the app',
    dropIn: 'no: the sidecar has it in its cache',
  },
]
