import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream'
import type { Duplex, Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

import { InvalidReplyError } from './errors.ts'

const decoders = new Map<string, () => Duplex>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/** Each costs memory before the first byte of the body has come. */
const CODINGS_MAX = 2

/**
 * Returns the body of an answer as it was before it was compressed. Nobody asks for it to be, yet some
 * proxies compress all that passes. Destroying what is returned ends the connection; an error on the
 * way destroys it. Throws an InvalidReplyError for a coding that is not known.
 */
export function decoded(answer: IncomingMessage): Readable {
  const header = answer.headers['content-encoding']
  if (header === undefined) return answer
  const codings = header.toLowerCase().split(/[\s,]+/)
  const applied = codings.filter((coding) => coding !== '' && coding !== 'identity')
  if (applied.length > CODINGS_MAX) throw new InvalidReplyError('the body is encoded many times')
  return applied.toReversed().map(decoderOf).reduce<Readable>(piped, answer)
}

function decoderOf(coding: string): Duplex {
  const decoder = decoders.get(coding)
  if (decoder === undefined) throw new InvalidReplyError('the body has an unknown encoding')
  return decoder()
}

function piped(from: Readable, to: Duplex): Readable {
  // The error destroys `to`, whose reader is told.
  return pipeline(from, to, () => undefined)
}
