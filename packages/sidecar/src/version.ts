import { readPackageFile } from './package-file.ts'

/** The sidecar's own version, from its manifest: the same file in a checkout and in a published package. */
export const version: string = readVersion(readPackageFile('package.json'))

function readVersion(manifest: string): string {
  const parsed: unknown = JSON.parse(manifest)
  const found =
    typeof parsed === 'object' && parsed !== null && 'version' in parsed
      ? parsed.version
      : undefined
  if (typeof found !== 'string') throw new TypeError('package.json: expected a version')
  return found
}
