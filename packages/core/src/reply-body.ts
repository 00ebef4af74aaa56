import { InvalidReplyError } from './errors.ts'

/**
 * Returns the body of a response as text. Bytes are counted as decoded, so that a small compressed
 * body cannot become a huge one, and `maxBytes` is the most that is ever held. Throws an
 * InvalidReplyError for a body over the bound or not UTF-8, and what the stream fails with. The
 * stream is consumed or cancelled in every case; the signal cancels it too.
 */
export async function readReplyBody(
  response: Response,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw new InvalidReplyError(`the body is over ${maxBytes} bytes`)
      chunks.push(chunk)
    },
  })
  await response.body?.pipeTo(sink, { signal })
  return utf8(Buffer.concat(chunks))
}

/** Replacement characters would make one user's id another, so they are refused. A BOM is dropped. */
function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new InvalidReplyError('the body is not UTF-8')
  }
}
