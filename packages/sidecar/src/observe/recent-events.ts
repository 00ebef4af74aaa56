/** What operators are told of when it happens: changes of state, in words of ours that name no user. */
export interface Change {
  /** A stable word; the same as in the log. */
  readonly event: string
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
}

export interface RecentEvent extends Change {
  /** Wall clock, ISO 8601. */
  readonly time: string
}

const KEPT_EVENTS = 20
/** The longest message that we write is half as long. */
const MESSAGE_MAX_CHARACTERS = 500

/** RecentEvents keeps the last 20 changes for whoever looks at the status page and not at the log. */
export class RecentEvents {
  #events: readonly RecentEvent[] = []

  add({ event, level, message }: Change): void {
    const time = new Date().toISOString()
    const added = { time, event, level, message: message.slice(0, MESSAGE_MAX_CHARACTERS) }
    this.#events = [added, ...this.#events.slice(0, KEPT_EVENTS - 1)]
  }

  /** Newest first. */
  list(): readonly RecentEvent[] {
    return this.#events
  }
}
