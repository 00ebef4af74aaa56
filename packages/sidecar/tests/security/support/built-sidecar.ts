import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import * as v from 'valibot'

const repository = fileURLToPath(new URL('../../../../../', import.meta.url))
const manifest = v.object({ dependencies: v.record(v.string(), v.string()) })

/** What is read at run time and is no code. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  sidecar: ['openapi.json', 'status-page'],
}

/** The sidecar as it is installed: JavaScript, in a directory where nothing else is. */
export interface BuiltSidecar extends AsyncDisposable {
  readonly directory: string
  /** Where the libraries really are; an installation has them inside the directory. */
  readonly libraries: string
  readonly main: string
}

/** Builds core and sidecar into a temporary directory, as `npm run build` does; types are checked elsewhere. */
export async function buildSidecar(): Promise<BuiltSidecar> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'tagside-built-')))
  await Promise.all(['core', 'sidecar'].map((name) => buildPackage(name, directory)))
  return {
    directory,
    libraries: join(repository, 'node_modules/.pnpm'),
    main: join(directory, 'node_modules/@tagside/sidecar/dist/main.js'),
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true })
    },
  }
}

async function buildPackage(name: string, directory: string): Promise<void> {
  const source = join(repository, 'packages', name)
  const target = join(directory, 'node_modules/@tagside', name)
  await mkdir(target, { recursive: true })
  for (const file of ['package.json', ...(BESIDE[name] ?? [])])
    await cp(join(source, file), join(target, file), { recursive: true })
  const { dependencies } = v.parse(
    manifest,
    JSON.parse(await readFile(join(source, 'package.json'), 'utf8')),
  )
  for (const library of Object.keys(dependencies)) {
    if (library === '@tagside/core') continue
    const link = join(target, 'node_modules', library)
    await mkdir(dirname(link), { recursive: true })
    await symlink(await realpath(join(source, 'node_modules', library)), link)
  }
  const options = `--noCheck --declaration false --declarationMap false --sourceMap false`
  await promisify(execFile)(join(repository, 'node_modules/.bin/tsc'), [
    ...options.split(' '),
    '--project',
    join(source, 'tsconfig.build.json'),
    '--outDir',
    join(target, 'dist'),
  ])
}
