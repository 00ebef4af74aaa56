/** Scrapers told apart. More than a pair of Prometheus servers, and a person with curl, is unusual. */
const SCRAPERS_MAX = 16

/**
 * Scrapes remembers when each scraper last came, so that what is told "since the last scrape" is told to each since its own: one of two does
 * not miss what the other was told. A new one, or one forgotten for its long absence, is told since the start.
 */
export class Scrapes {
  /** In the order of their last scrapes: a Map iterates in insertion order. */
  readonly #lastMs = new Map<string, number>()

  /** Returns when `scraper` last came, and takes down that it is here now. */
  scraped(scraper: string, now: number): number {
    const last = this.#lastMs.get(scraper)
    this.#lastMs.delete(scraper)
    this.#lastMs.set(scraper, now)
    const [oldest] = this.#lastMs.keys()
    if (this.#lastMs.size > SCRAPERS_MAX && oldest !== undefined) this.#lastMs.delete(oldest)
    return last ?? -Infinity
  }
}
