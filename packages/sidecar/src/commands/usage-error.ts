/** UsageError is a command line that cannot be followed. Its message says what to type instead. */
export class UsageError extends Error {
  readonly code = 'TAGSIDE_USAGE'
}
