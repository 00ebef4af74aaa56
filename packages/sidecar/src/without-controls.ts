/**
 * Returns a text with escapes in the place of its control characters. A terminal obeys them, and takes a line break for the end of the line;
 * bidirectional ones reorder what is read.
 */
export function withoutControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
