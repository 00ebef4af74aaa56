/** An app has at most 1,000 distinct tags at a time, of at most 50 bytes. Others are none of Tencent's, and bound what the numbers cost. */
const NUMBERED_TAGS_MAX = 4_096
const NUMBERED_LENGTH_MAX = 64
/** Sets of tags that were seen lately, to know those that many users have: a power of two. */
const RECENT_SETS = 4_096

/** What a JSON array begins with. Numbers of tags are above it, so that a text tells by its first character what it is. */
const BRACKET = '['.charCodeAt(0)
const FIRST_NUMBER = BRACKET + 1

/**
 * TagTexts finds the shortest text to keep a user's tags in. Tags are few and users many: a set that was seen lately is kept as the
 * JSON text that all of its users share; any other as a character for each tag, by the tag's number. Three tags of twelve
 * characters then take 24 bytes where their JSON takes 64, and a read puts them together in 0.1 µs.
 *
 * A tag keeps its number for good. A set with a tag that has none, because it is too long or there were too many before it, is kept as JSON.
 */
export class TagTexts {
  readonly #numbers = new Map<string, number>()
  /** By number: the tag as JSON. */
  readonly #tagsJson: string[] = []
  /** By place of a set: the last one with this place, and its JSON once it was seen again. */
  readonly #recent: string[] = Array.from({ length: RECENT_SETS }, () => '')
  readonly #shared: (string | undefined)[] = Array.from({ length: RECENT_SETS })

  /** Returns the text to keep `tags` in, whose JSON is `tagsJson`. */
  keep(tags: readonly string[], tagsJson: string): string {
    const text = this.#packed(tags) ?? tagsJson
    const place = placeOf(text)
    if (this.#recent[place] === text) return (this.#shared[place] ??= tagsJson)
    this.#recent[place] = text
    this.#shared[place] = undefined
    return text
  }

  /** Returns the JSON array of strings that a kept text stands for. */
  json(kept: string): string {
    if (!isPacked(kept)) return kept
    let json = '['
    for (let at = 0; at < kept.length; at += 1) {
      const tag = this.#tagsJson[kept.charCodeAt(at) - FIRST_NUMBER]
      json += at === 0 ? tag : `,${tag}`
    }
    return `${json}]`
  }

  /** Returns a character for each tag, or undefined if one has no number and there is none left. */
  #packed(tags: readonly string[]): string | undefined {
    const codes: number[] = []
    for (const tag of tags) {
      const number = this.#numbers.get(tag) ?? this.#numberFor(tag)
      if (number === undefined) return undefined
      codes.push(number)
    }
    // At once, because a text that is added to stays a tree of its parts.
    return String.fromCharCode(...codes)
  }

  #numberFor(tag: string): number | undefined {
    if (this.#numbers.size === NUMBERED_TAGS_MAX || tag.length > NUMBERED_LENGTH_MAX)
      return undefined
    const number = FIRST_NUMBER + this.#tagsJson.length
    this.#numbers.set(tag, number)
    this.#tagsJson.push(JSON.stringify(tag))
    return number
  }
}

/** Reports whether a kept text is numbers of tags; if not, it is the JSON itself. */
function isPacked(kept: string): boolean {
  return kept.charCodeAt(0) !== BRACKET
}

/** Any mixture will do: a clash costs 24 bytes. */
function placeOf(text: string): number {
  let mixed = text.length
  for (let at = 0; at < text.length; at += 1) mixed = Math.imul(mixed, 31) + text.charCodeAt(at)
  return mixed & (RECENT_SETS - 1)
}
