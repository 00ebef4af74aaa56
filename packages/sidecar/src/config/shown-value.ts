/** What betrays a secret that was given under the wrong name. */
const SECRET_LOOKS = [
  // A secret key is 64 hexadecimal digits, a UserSig some 200 characters without a break; no word or number is as long.
  /[\w*+=-]{32,}/g,
  // User and password of a URL.
  /(?<=\/\/)[^/?#]*(?=@)/g,
  // The query of a URL: it is where a UserSig travels.
  /(?<=\?).+/gs,
]

const CHARACTERS_MAX = 80

/** Returns a refused value as a report may show it: quoted, not too long, and without what looks like a secret. */
export function shownValue(text: string): string {
  const masked = SECRET_LOOKS.reduce((shown, look) => shown.replaceAll(look, '[secret]'), text)
  return JSON.stringify(masked.slice(0, CHARACTERS_MAX))
}
