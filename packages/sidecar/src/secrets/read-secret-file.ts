import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

import { Secret } from '@tagside/core'

import { SECRET_FILE_MAX_BYTES, secretText } from '../config/secret-text.ts'

/** Why a file gives no secret. */
export type Unusable = 'missing' | 'unreadable' | 'not-a-file' | 'too-large' | 'empty' | 'malformed'

/** What a look at a secret's file found. `mode` has the permissions of the file itself, not of a link to it. */
export type Reading =
  | { readonly kind: 'secret'; readonly secret: Secret; readonly mode: number }
  | { readonly kind: 'unusable'; readonly reason: Unusable }

/** Reads a secret's file; never rejects. Reads no more of it than a secret may have. */
export async function readSecretFile(path: string): Promise<Reading> {
  try {
    // Without O_NONBLOCK a named pipe would hold a thread of the pool until somebody writes into it.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (!stats.isFile()) return unusable('not-a-file')
    const content = Buffer.alloc(SECRET_FILE_MAX_BYTES + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(content, length, content.length - length)
      length += bytesRead
      if (bytesRead === 0 || length === content.length) break
    }
    if (length > SECRET_FILE_MAX_BYTES) return unusable('too-large')
    return readingOf(content.toString('utf8', 0, length), stats.mode)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return unusable(code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable')
  }
}

function readingOf(content: string, mode: number): Reading {
  const text = secretText(content)
  if (text !== undefined) return { kind: 'secret', secret: new Secret(text), mode: mode & 0o777 }
  return unusable(content.trim() === '' ? 'empty' : 'malformed')
}

const unusable = (reason: Unusable): Reading => ({ kind: 'unusable', reason })
