/** A value as it was given, with the name under which it was. */
export interface Given {
  readonly name: string
  readonly text: string
  readonly source: 'flag' | 'environment' | 'file'
  /** Of the file, where that is the source. */
  readonly path?: string
  /** In the file, but neither a text, a number nor a list of texts: `text` is its JSON. */
  readonly isMistyped?: true
}
