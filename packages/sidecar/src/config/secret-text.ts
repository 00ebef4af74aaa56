/** One text without white space. U+FFFD is what bytes that are no text are read as. */
export const SECRET_SHAPE: RegExp = /^[^\s\p{Cc}\uFFFD]+$/u

/** Whatever is longer is another file. */
export const SECRET_FILE_MAX_BYTES: number = 64 * 1024

/**
 * Returns the secret that a file of this content holds, without the white space around it, such as the newline that editors put at its end;
 * undefined if the secret is not alone in it. The rule at the start and for every later version of the file.
 */
export function secretText(content: string): string | undefined {
  const text = content.trim()
  return content.length <= SECRET_FILE_MAX_BYTES && SECRET_SHAPE.test(text) ? text : undefined
}
