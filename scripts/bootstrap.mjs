/**
 * Installs what the root commands need, once: the pinned pnpm, and through it the pinned Node and every package.
 * Plain JavaScript without imports of ours, because it runs before anything is installed, on Node 20 or later.
 *
 * A stamp of the lockfile and all manifests tells that nothing changed since the last install; reading it
 * takes milliseconds where asking pnpm takes a second. Progress goes to standard error: standard output belongs to the program.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const stampFile = new URL('node_modules/.tagside-installed', root)

const packages = readdirSync(new URL('packages/', root)).map(
  (name) => `packages/${name}/package.json`,
)
const inputs = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...packages.sort()]
const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
for (const input of inputs) hash.update(`${input}\0`).update(readFileSync(new URL(input, root)))
const stamp = hash.digest('hex')

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const { packageManager } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  console.error('tagside: installing what is missing (once) …')
  const install = spawnSync('npx', ['-y', packageManager, 'install', '--frozen-lockfile'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 2, 2],
  })
  if (install.status !== 0) {
    console.error(
      `tagside: the installation failed${install.error ? `: ${install.error.message}` : ''}. The lines above say why.`,
    )
    process.exit(1)
  }
  writeFileSync(stampFile, stamp)
}
