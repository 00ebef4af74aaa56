import { parseArgs } from 'node:util'

import { MockError } from './engine/errors.ts'
import { nearest, nearNote } from './engine/near.ts'

/** The flags of a command: those that take a value, and those that stand alone. */
export type FlagTypes = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>

/**
 * Flags reads a command line one flag at a time and collects every mistake on the way, so that
 * all of them can be reported at once.
 */
export class Flags {
  readonly #values = new Map<string, string[]>()
  readonly #mistakes: string[] = []

  constructor(args: readonly string[], types: FlagTypes) {
    const multiple = Object.entries(types).map(
      ([name, { type }]) => [name, { type, multiple: true }] as const,
    )
    const options = Object.fromEntries(multiple)
    const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
    let unknownAt = -Infinity
    for (const token of tokens) {
      if (token.kind === 'option') {
        const type = types[token.name]?.type
        if (type === undefined) {
          unknownAt = token.index
          const near = nearest(token.rawName, Object.keys(types).map(dashed), 1)
          this.#mistakes.push(`${token.rawName}: no such flag${nearNote(near)}`)
        } else if (type === 'string' && token.value === undefined) {
          this.#mistakes.push(`${token.rawName}: a value is missing`)
        } else if (type === 'boolean' && token.value !== undefined) {
          this.#mistakes.push(`${token.rawName}: takes no value, got "${token.value}"`)
        } else {
          const values = this.#values.get(token.name) ?? []
          this.#values.set(token.name, [...values, token.value ?? ''])
        }
      } else if (token.kind === 'positional' && token.index !== unknownAt + 1) {
        this.#mistakes.push(`"${token.value}": every argument is a flag`)
      }
    }
  }

  get mistakes(): readonly string[] {
    return this.#mistakes
  }

  /** Reports whether a flag was given at all. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /**
   * Reads every value of a flag. What `parse` says in a FlagError, or another MockError, is a
   * mistake.
   */
  all<Value>(name: string, parse: (text: string) => Value): readonly Value[] {
    return (this.#values.get(name) ?? []).flatMap((text) => {
      try {
        return [parse(text)]
      } catch (error) {
        if (!(error instanceof MockError)) throw error
        this.#mistakes.push(`${dashed(name)}: ${error.message}`)
        return []
      }
    })
  }

  /** Reads the last value of a flag; undefined if it was not given, or given wrongly. */
  last<Value>(name: string, parse: (text: string) => Value): Value | undefined {
    return this.all(name, parse).at(-1)
  }
}

/** A value that a flag cannot take. */
export class FlagError extends MockError {
  override readonly name = 'FlagError'
  readonly code = 'flag'
}

function dashed(name: string): string {
  return `--${name}`
}
