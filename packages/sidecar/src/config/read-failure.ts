const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EACCES', 'the user that tagside runs as may not read it'],
  ['EISDIR', 'it is a directory'],
  ['EFBIG', 'it is larger than 1 MiB'],
])

/** Says in words why a file was not read, without a part of it. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return REASONS.get(code) ?? 'it cannot be read'
}

/** Says where JSON is broken, if the parser does. Its whole message would quote the text it stumbled over, and the file may hold the key. */
export function jsonFailure(error: SyntaxError, text: string): string {
  const [, position] = /at position (\d+)/.exec(error.message) ?? []
  if (position === undefined) return 'it is not valid JSON'
  return `it is not valid JSON in line ${text.slice(0, Number(position)).split('\n').length}`
}
