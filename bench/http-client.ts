import { Agent, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

/** A keep-alive client on node:http, which costs a fraction of fetch: the load generator must not be what is measured. */
export class HttpClient {
  readonly #agent: Agent
  readonly #base: string

  constructor(base: string, connectionsMax: number) {
    this.#base = base
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
        this.#base + path,
        { agent: this.#agent, method, headers: { 'Content-Type': 'application/json' } },
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
