const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS
const IN_CHUNK = CHUNK - 1

/**
 * IntColumn is a list of 32-bit integers that grows 16 KiB at a time: what it holds is never moved, so that growing stops nobody. A
 * place that was never set holds 0.
 */
export class IntColumn {
  readonly #chunks: Int32Array[] = []

  get(place: number): number {
    return this.#chunks[place >>> CHUNK_BITS]?.[place & IN_CHUNK] ?? 0
  }

  set(place: number, value: number): void {
    const chunk = (this.#chunks[place >>> CHUNK_BITS] ??= new Int32Array(CHUNK))
    chunk[place & IN_CHUNK] = value
  }
}
