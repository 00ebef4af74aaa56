/** A question that the documents leave open. */
export interface OpenQuestion {
  readonly question: string
  /** What the fake answers; a client should not lean on it. */
  readonly fixed: string
  /** What it draws from with `--ambiguity random`; absent if it stays. */
  readonly random?: string
}

/** What nobody outside Tencent knows of the tag calls, beside the rows marked `assumed`. */
export const openQuestions: readonly OpenQuestion[] = [
  {
    question: 'The order of `UserTags` and `ErrorList`',
    fixed: 'that of the request',
    random: 'any',
  },
  {
    question: 'An account that is not imported, in documents before 2025',
    fixed: '`ErrorList` with 70107, also if all are, and also for `add_tag`',
    random: 'that, nothing, or an entry without tags; with `--unknown-accounts` as it says',
  },
  {
    question: 'A user without tags',
    fixed: 'an entry with `Tags: []`',
    random: '`Tags` is `[]`, null or absent',
  },
  {
    question: 'Whether a user without tags has an entry at all',
    fixed: 'it has: left out, nobody could tell it from an unknown account',
  },
  {
    question: 'Lists without entries',
    fixed: '`UserTags` is `[]`, `ErrorList` absent',
    random: '`[]` or absent',
  },
  {
    question: 'The words of `ErrorInfo`',
    fixed: 'those that were published, else our own',
    random: 'those, others, or none; absent on success and in `ErrorList`',
  },
  {
    question: 'The code when calls come too fast',
    fixed: '60007',
    random: '60007, 60011, 60018 or 60019',
  },
  {
    question: 'The code for a body that is empty or not JSON, or lacks a field',
    fixed: '60003 if it is empty, else 90001',
    random: '60003 or 90001',
  },
  {
    question: 'The code for an account that is no string',
    fixed: '60015',
    random: '60015 or 90001',
  },
  { question: 'The code for a caller who is no admin', fixed: '90009', random: '90009 or 60010' },
  {
    question: 'The code for an app that does not exist',
    fixed: '70020',
    random: '70020, 70016 or 60006',
  },
  {
    question: 'The Content-Type of replies',
    fixed: '`application/json`',
    random: 'that, with a charset, `text/plain`, or none',
  },
  { question: 'An account that is asked for twice', fixed: 'one entry; counts twice towards 100' },
  {
    question: 'The order of the checks',
    fixed: 'method, path, app, parameters, UserSig, rate, admin, body',
  },
  {
    question: 'The window of the rate, and whether refused calls count',
    fixed:
      'any trailing second for each app and API, or as `--rate-algorithm` says; a refused call takes no place',
  },
  { question: 'How many bad UserSigs lock an app out (70050)', fixed: 'no number does' },
  {
    question: 'The code for too many tags of a user, or of an app',
    fixed: '90032 in `ErrorList`: no document has one',
  },
  {
    question: 'Too many tags in a call, or a tag that is too long',
    fixed: 'the whole call fails',
  },
  {
    question: "The order of a user's tags, repeated ones, case",
    fixed: 'as first added, each once; `a` is not `A`',
  },
  { question: 'An empty tag, or none', fixed: '90001 for `""`; `"Tags":[]` is well' },
  { question: 'To remove a tag that the user does not have', fixed: 'is well' },
  {
    question: 'Whether both families of calls work on the same tags',
    fixed: 'they do',
  },
  {
    question: 'The limits in the older family of calls',
    fixed: 'as in the newer, 1,000 tags of an app and 90035 included',
  },
  { question: 'The largest body', fixed: '1 MiB, then HTTP 413' },
  { question: 'How soon a changed tag is seen', fixed: 'at once' },
]
