import { expect } from 'vitest'

/** Reads a reply of the drop-in face; whatever became of the tags, its HTTP status is 200. */
export async function replyOf(answer: Promise<Response>): Promise<unknown> {
  const response = await answer
  expect(response.status).toBe(200)
  return response.json()
}

/** A call that failed as a whole for a reason of the sidecar's own. */
export function ownFailure(code: number): Record<string, unknown> {
  return {
    ActionStatus: 'FAIL',
    ErrorInfo: expect.stringMatching(/^tagside: \S/),
    ErrorCode: code,
  }
}
