/** The answers that are no success, shared by the operations that give them. */
import { type ProblemExample, refusals } from './refusals.ts'
import { codesOf, problemOf } from './replies.ts'
import { type Examples, headerRefs, jsonContent, type Responses } from './schema.ts'

/** What Node's server refuses before there is a request: no body, and no header of ours. */
const BY_THE_SERVER = {
  RequestTimeout: { description: 'The head was not complete within 2 s, or the body within 5 s.' },
  ExpectationFailed: { description: 'An `Expect` other than `100-continue`.' },
  HeadersTooLarge: { description: 'The head is over 8 KiB.' },
}

const REQUEST_ID = '4f1c2e5a-9c1b-4d7e-8a53-0d3f6b1c7e42'

function examplesOf(examples: readonly ProblemExample[]): Examples {
  const rendered = examples.map(([name, summary, problem]) => {
    const value: unknown = JSON.parse(problem.render(REQUEST_ID).body)
    return [name, { summary, value }] as const
  })
  return Object.fromEntries(rendered)
}

/** Returns the shared answers, by name. */
export function sharedResponses(): Responses {
  const shared = Object.entries(refusals)
  const responses = shared.map(([name, { status, description, codes, headers = [], examples }]) => {
    const schema = problemOf(status, codes ?? codesOf(status))
    const response = {
      description,
      headers: headerRefs('X-Request-Id', ...headers),
      content: jsonContent(schema, examplesOf(examples), 'application/problem+json'),
    }
    return [name, response] as const
  })
  return { ...Object.fromEntries(responses), ...BY_THE_SERVER }
}
