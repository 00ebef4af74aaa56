import { execFile } from 'node:child_process'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const sidecar = fileURLToPath(new URL('../../../', import.meta.url))

/** What the program reads beside its code. */
const FILES = ['package.json', 'openapi.json', 'status-page']

/** The program as it is shipped: its bundle and its files, in a directory where nothing else is. */
export interface BuiltSidecar extends AsyncDisposable {
  readonly directory: string
  readonly main: string
}

/** Bundles the program into a temporary directory, as `npm run build` does. */
export async function buildSidecar(): Promise<BuiltSidecar> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'tagside-built-')))
  await Promise.all(
    FILES.map((file) => cp(join(sidecar, file), join(directory, file), { recursive: true })),
  )
  await promisify(execFile)(
    join(sidecar, 'node_modules/.bin/rolldown'),
    ['--config', 'rolldown.config.ts', '--dir', join(directory, 'dist')],
    { cwd: sidecar },
  )
  return {
    directory,
    main: join(directory, 'dist/main.cjs'),
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true })
    },
  }
}
