import { readFileSync } from 'node:fs'

/** The package's own directory: above `src`, and above `dist`, where everything that reads is in one file. */
const PACKAGE = new URL('../', import.meta.url)

/** Returns the text of a file that is shipped beside the code; `path` is relative to the package. */
export function readPackageFile(path: string): string {
  return readFileSync(new URL(path, PACKAGE), 'utf8')
}
