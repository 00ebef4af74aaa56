import { inspect } from 'node:util'

const shown = '[secret]'

/**
 * A Secret holds a text that must not be seen: the secret key or a UserSig. Printing it in any
 * usual way (a template, `JSON.stringify`, `console.log`, an error that carries it) shows
 * `[secret]`; only `reveal` gives the text. It guards against accidents, not against a debugger.
 */
export class Secret {
  readonly #text: string

  // Not a method `[inspect.custom]`: isolatedDeclarations allows no computed names in a class.
  static {
    Object.defineProperty(this.prototype, inspect.custom, { value: () => shown })
  }

  constructor(text: string) {
    this.#text = text
  }

  /** Returns the text. Call it where the text is used, and keep the result in no field. */
  reveal(): string {
    return this.#text
  }

  toString(): '[secret]' {
    return shown
  }

  toJSON(): '[secret]' {
    return shown
  }
}
