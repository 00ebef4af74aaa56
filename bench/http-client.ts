import { Agent, request, type RequestOptions } from 'node:http'

import type { Target } from './connection.ts'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

/** A keep-alive client on node:http, which costs a fraction of fetch: the load generator must not be what is measured. */
export class HttpClient {
  readonly #agent: Agent
  readonly #where: RequestOptions
  readonly #headers: Readonly<Record<string, string>>

  /** `base` is a URL, or where a server of the benchmark listens. */
  constructor(
    base: string | Target,
    connectionsMax: number,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#where = optionsOf(base)
    this.#headers = { 'Content-Type': 'application/json', ...headers }
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax })
  }

  get(path: string): Promise<Answer> {
    return this.#send('GET', path)
  }

  post(path: string, body: string): Promise<Answer> {
    return this.#send('POST', path, body)
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(method: string, path: string, body?: string): Promise<Answer> {
    const startMs = performance.now()
    return new Promise((resolve, reject) => {
      const sent = request(
        { ...this.#where, path, agent: this.#agent, method, headers: this.#headers },
        (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () => {
            const text = Buffer.concat(parts).toString()
            resolve({
              status: response.statusCode ?? 0,
              body: text,
              tookMs: performance.now() - startMs,
            })
          })
          response.on('error', reject)
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
}

function optionsOf(base: string | Target): RequestOptions {
  if (typeof base === 'string') {
    const { hostname, port } = new URL(base)
    return { host: hostname, port }
  }
  return 'port' in base
    ? { host: '127.0.0.1', port: base.port }
    : { host: 'localhost', socketPath: base.path }
}
