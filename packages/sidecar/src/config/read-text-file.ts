import { closeSync, openSync, readSync } from 'node:fs'

/** No configuration and no secret is nearly as large. */
const BYTES_MAX = 1024 * 1024

/**
 * Reads a file as UTF-8; throws as `readFileSync` does, and an error with the code `EFBIG` for a file of more than 1 MiB. A device such as
 * `/dev/zero` has no end: read whole, it would fill the memory before anything was said.
 */
export function readTextFile(path: string): string {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    let length = 0
    for (;;) {
      const chunk = Buffer.alloc(64 * 1024)
      const bytesRead = readSync(file, chunk)
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8')
      chunks.push(chunk.subarray(0, bytesRead))
      length += bytesRead
      if (length > BYTES_MAX) {
        throw Object.assign(new Error(`more than ${BYTES_MAX} bytes in a file of settings`), {
          code: 'EFBIG',
        })
      }
    }
  } finally {
    closeSync(file)
  }
}
