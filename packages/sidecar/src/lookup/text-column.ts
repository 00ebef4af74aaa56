const CHUNK_BITS = 12
const IN_CHUNK = 2 ** CHUNK_BITS - 1

/** TextColumn is a list of texts that grows 4,096 at a time, as {@link IntColumn} does. A place that was never set holds none: ''. */
export class TextColumn {
  readonly #chunks: string[][] = []

  get(place: number): string {
    return this.#chunks[place >>> CHUNK_BITS]?.[place & IN_CHUNK] ?? ''
  }

  set(place: number, text: string): void {
    const chunk = (this.#chunks[place >>> CHUNK_BITS] ??= [])
    chunk[place & IN_CHUNK] = text
  }
}
