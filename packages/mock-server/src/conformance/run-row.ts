import type { Target } from './request.ts'
import { requestOf } from './request.ts'
import type { Row } from './row.ts'

/** Makes a row's calls one after the other; returns what is wrong with the last answer, if anything. */
export async function runRow(row: Row, target: Target): Promise<readonly string[]> {
  for (const call of row.before ?? []) {
    const response = await target.send(requestOf(call, target))
    await response.arrayBuffer()
  }
  const response = await target.send(requestOf(row.call, target))
  return row.expected.differences({ status: response.status, text: await response.text() })
}
