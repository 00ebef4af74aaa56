import type { Operation, Parameter } from './openapi.ts'

/** What is sent for an operation: parameters by name, and a body. */
export interface Inputs {
  readonly parameters: ReadonlyMap<string, unknown>
  readonly body: unknown
}

/** Sends a request as the document says it is sent. */
export function sendInputs(
  url: string,
  operation: Operation,
  { parameters, body }: Inputs,
): Promise<Response> {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parameters.get(name))),
  )
  const headers = new Headers()
  for (const { name } of headerParameters(operation)) {
    if (parameters.has(name)) headers.set(name, String(parameters.get(name)))
  }
  const init = { method: operation.method, headers }
  if (operation.body === undefined) return fetch(url + path, init)
  headers.set('Content-Type', 'application/json')
  return fetch(url + path, { ...init, body: JSON.stringify(body) })
}

export function headerParameters({ parameters }: Operation): readonly Parameter[] {
  return parameters.filter((parameter) => parameter.in === 'header')
}
