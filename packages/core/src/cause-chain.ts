const MAX_DEPTH = 10

/** Returns an error and the causes behind it, outermost first, at most 10. */
export function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let link = error; link instanceof Error && chain.length < MAX_DEPTH; link = link.cause) {
    chain.push(link)
  }
  return chain
}

/**
 * Returns what the system calls a failure: the first code (`ECONNRESET`, …) down the chain, as fetch
 * itself gives none; failing that, the kind of error at its end.
 */
export function systemCodeOf(error: unknown): string {
  const chain = causesOf(error)
  const codes = chain.map((link) => ('code' in link ? link.code : undefined))
  return [...codes, chain.at(-1)?.name].find(isWord) ?? 'unknown'
}

/** One word, so that no text of another making gets into a message by way of a code. */
function isWord(code: unknown): code is string {
  return typeof code === 'string' && /^\w{1,40}$/.test(code)
}
