/** As JSON, each. Together with what else is in a line less than 4 KiB, which a pipe takes in one piece. */
const MESSAGE_MAX_BYTES = 600
const STACK_MAX_BYTES = 2_400

const CAUSES_MAX = 3

/** The second net: a signature in a query, and what is as long as a key and as unbroken. */
const SECRET_LOOKS = [/(?<=usersig=)[^&\s"']+/gi, /[\w*-]{48,}/g]

/**
 * Returns what the log shows of an error: its kind, code, message and stack, with those of its causes. Not its other properties: Node
 * and its libraries put URLs and pieces of a reply there. Texts are cut, and what looks like a secret is masked.
 */
export function loggedError(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error))
    return { type: typeof error, message: shown(String(error), MESSAGE_MAX_BYTES) }
  const stacks = causesOf(error).map(({ stack, message }) => stack ?? message)
  return {
    type: shown(error.name, 100),
    ...('code' in error && typeof error.code === 'string' ? { code: shown(error.code, 100) } : {}),
    message: shown(error.message, MESSAGE_MAX_BYTES),
    stack: shown(stacks.join('\ncaused by: '), STACK_MAX_BYTES),
  }
}

function causesOf(error: Error): readonly Error[] {
  const chain: Error[] = []
  for (let link: unknown = error; link instanceof Error; link = link.cause) {
    if (chain.length > CAUSES_MAX) break
    chain.push(link)
  }
  return chain
}

/** Masked before it is cut: the head of a secret betrays the rest of it. */
function shown(text: string, bytesMax: number): string {
  const masked = SECRET_LOOKS.reduce((left, look) => left.replaceAll(look, '[secret]'), text)
  let kept = masked.slice(0, bytesMax)
  while (Buffer.byteLength(JSON.stringify(kept)) > bytesMax)
    kept = kept.slice(0, Math.floor(kept.length * 0.9))
  return kept
}
