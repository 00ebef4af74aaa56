import type { Expectation } from './expectation.ts'
import { failsWith, succeeds } from './expectation.ts'
import { asking, saying, strangers } from './get-tag-rows.ts'
import type { CallSpec, Row } from './row.ts'

/** A call that changes tags, and who is to be named in it. */
export interface ChangeCall {
  /** As the ids of its rows begin. */
  readonly name: 'add_tag' | 'remove_tag' | 'clear_all_tags'
  readonly path: string
  /** Its document, e.g. `1047/60568`. */
  readonly document: string
  readonly changing: (...accounts: readonly string[]) => CallSpec
  /** What `xiaoming` has afterwards. */
  readonly leaves: readonly string[]
}

/** Tags by account, as `add_tag` and `remove_tag` take them. */
export function userTags(tagsOf: Readonly<Record<string, readonly string[]>>): object {
  return {
    UserTags: Object.entries(tagsOf).map(([account, tags]) => ({
      To_Account: account,
      Tags: tags,
    })),
  }
}

/** A row about a call that changes tags: it is neither for the real service nor for the sidecar. */
export function changeRow(row: Omit<Row, 'live' | 'dropIn'>): Row {
  return {
    ...row,
    live: 'no: it changes what others see',
    dropIn: 'no: the sidecar only reads, and answers 404',
  }
}

/** A row that shows what a change leaves behind, as `get_tag` then tells it. */
export function readBackRow(
  row: Omit<Row, 'call' | 'expected' | 'live' | 'dropIn'>,
  tagsOf: Readonly<Record<string, readonly string[]>>,
): Row {
  return changeRow({
    ...row,
    call: asking(...Object.keys(tagsOf)),
    expected: succeeds({ changed: tagsOf }),
  })
}

/** What the documents say alike of each call that changes tags. */
export function commonRows(call: ChangeCall): readonly Row[] {
  return [...rowsOfSuccess(call), ...rowsOfFailure(call)]
}

function rowsOfSuccess({ name, document, changing, leaves }: ChangeCall): readonly Row[] {
  return [
    changeRow({
      id: `${name}.done`,
      fact: 'A call that has done its work has no fields but those of every reply.',
      confidence: 'doc',
      source: `${document}, response`,
      call: changing('xiaoming', 'xiaohong'),
      expected: succeeds({}),
    }),
    changeRow({
      id: `${name}.unknown`,
      fact: 'An account that is not imported is in ErrorList with 70107.',
      confidence: name === 'add_tag' ? 'assumed' : 'sample',
      source: name === 'add_tag' ? '1047/60569, the sample of its sibling' : `${document}, sample`,
      call: changing('xiaoming', 'nobody-1'),
      expected: succeeds({ unknown: ['nobody-1'] }),
    }),
    readBackRow(
      {
        id: `${name}.some-unknown`,
        fact: 'Beside an account that is not imported the others are served.',
        confidence: 'assumed',
        source: `${document}, ErrorList, which speaks of some`,
        before: [changing('nobody-1', 'xiaoming')],
      },
      { xiaoming: leaves },
    ),
    changeRow({
      id: `${name}.hundred`,
      fact: 'A call may name 100 accounts.',
      confidence: 'doc',
      source: `${document}, request`,
      call: changing(...strangers(100)),
      expected: succeeds({ unknown: strangers(100) }),
    }),
  ]
}

function rowsOfFailure({ name, path, document, changing }: ChangeCall): readonly Row[] {
  const refused = (
    id: string,
    fact: string,
    source: string,
    call: CallSpec,
    expected: Expectation,
  ): Row => changeRow({ id: `${name}.${id}`, fact, confidence: 'doc', source, call, expected })
  return [
    refused(
      'too-many',
      'A call that names more than 100 accounts fails.',
      `${document}, code 90018`,
      changing(...strangers(101)),
      failsWith(90018),
    ),
    refused(
      'broken-json',
      'A body that is not JSON fails the call.',
      `${document}, code 90001; 1047/34348, code 60003`,
      saying('{"To_Account":[', path),
      failsWith(90001, 60003),
    ),
    refused(
      'no-admin',
      'A caller with a good UserSig who is no administrator of the app is refused.',
      `${document}, code 90009; 1047/34348, codes 60010 and 70403`,
      { ...changing('xiaoming'), query: { identifier: 'xiaoming' } },
      failsWith(90009, 60010, 70403),
    ),
    refused(
      'internal',
      'An internal error of the service fails the call with 91000.',
      `${document}, code 91000`,
      changing('mock_err_91000'),
      failsWith(91000),
    ),
  ]
}
