import { statSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'

/** Returns what this process may use before it ends: Node's own bound, or that of its container if it is less. */
export function memoryMaxBytes(): number {
  const containerBytes = process.constrainedMemory()
  const heapBytes = getHeapStatistics().heap_size_limit
  return containerBytes > 0 ? Math.min(heapBytes, containerBytes) : heapBytes
}

/** Returns the permissions of a file, such as 0o640; undefined if it cannot be looked at. */
export function permissions(path: string): number | undefined {
  try {
    return statSync(path).mode & 0o777
  } catch {
    return undefined
  }
}
