import { LRUCache } from 'lru-cache'

export interface UseOrderOptions {
  readonly maxBytes: number
  /** Told of a room that has to go to make room for another. */
  readonly onPushedOut: (room: number) => void
}

/** Ages go round after so many. */
const AGES = 2 ** 31
/** An age lasts until so many bytes have been put in for each that is there. */
const AGE_SHARE = 1 / 8

/**
 * UseOrder says which rooms have to go when there are too many bytes: those that were used least recently, to an age.
 *
 * To move a room to the back at each use would touch four others, a tenth of a batch's time. Once in an age is enough: nobody who is kept was used
 * more than an age before somebody who is pushed out, which is an eighth of what it takes to push everybody out.
 */
export class UseOrder {
  readonly #maxBytes: number
  /** By room: its bytes. */
  readonly #bytes: LRUCache<number, number>
  #age = 0
  #bytesInAge = 0

  constructor({ maxBytes, onPushedOut }: UseOrderOptions) {
    this.#maxBytes = maxBytes
    // Bytes alone bound it: a bound on the count as well makes lru-cache allocate for it at once, 42 ms and 12 MB for 64 MiB.
    this.#bytes = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (bytes) => bytes,
      dispose: (_, room, reason) => {
        if (reason === 'evict') onPushedOut(room)
      },
    })
  }

  /** An integer of 31 bits; whoever is used for the first time in it has to be moved to the back. */
  get age(): number {
    return this.#age
  }

  get size(): number {
    return this.#bytes.size
  }

  get bytes(): number {
    return this.#bytes.calculatedSize
  }

  /** Reports whether so many bytes fit at all: lru-cache would not take more, and never say so. */
  fits(bytes: number): boolean {
    return bytes <= this.#maxBytes
  }

  moveToBack(room: number): void {
    this.#bytes.get(room)
  }

  /** Puts a room at the back, with so many bytes, which have to fit. */
  put(room: number, bytes: number): void {
    this.#bytes.set(room, bytes)
    this.#bytesInAge += bytes
    if (this.#bytesInAge <= this.bytes * AGE_SHARE) return
    this.#bytesInAge = 0
    this.#age = (this.#age + 1) % AGES
  }

  remove(room: number): void {
    this.#bytes.delete(room)
  }

  clear(): void {
    this.#bytes.clear()
  }
}
