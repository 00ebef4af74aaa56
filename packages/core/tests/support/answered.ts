import { readEnvelope } from '../../src/envelope.ts'
import type { TagReply } from '../../src/envelope.ts'

/** Reads a reply that has to be an answer for each user. */
export function answered(fields: object, asked: readonly string[]): TagReply {
  const body = JSON.stringify({ ActionStatus: 'OK', ErrorInfo: '', ErrorCode: 0, ...fields })
  const envelope = readEnvelope(body, asked, (text) => text)
  if (envelope.kind === 'refused') throw new Error(`refused with ${envelope.errorCode}`)
  return envelope.reply
}
