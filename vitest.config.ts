import { defineConfig } from 'vitest/config'

const unitAndBehaviour = (name: string, { isolate }: { readonly isolate: boolean }) => ({
  extends: true as const,
  test: {
    name,
    isolate,
    include: [`packages/${name}/src/**/*.test.ts`, `packages/${name}/tests/**/*.test.ts`],
  },
})

const mockServer = ['src', 'tests'].map((folder) => `packages/mock-server/${folder}/**/*.test.ts`)
const INTERCEPTING = [
  'conformance',
  'intercept',
  'msw-assumptions*',
  'same-outcome',
  'vitest-*',
].map((name) => `packages/mock-server/tests/${name}.test.ts`)

export default defineConfig({
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    // For what hangs; a machine that does much else at once is not to fail a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One more than the cores of a small machine: many tests wait for a process and not for the processor.
    maxWorkers: 3,
    projects: [
      // Test files share a process, which saves a third of the time; each leaves it as it found it.
      unitAndBehaviour('core', { isolate: false }),
      unitAndBehaviour('sidecar', { isolate: false }),
      {
        extends: true,
        test: { name: 'mock-server', isolate: false, include: mockServer, exclude: INTERCEPTING },
      },
      // Interception is a matter of the whole process, connections opened before it included.
      {
        extends: true,
        test: { name: 'intercepting', isolate: true, include: INTERCEPTING },
      },
      {
        extends: true,
        test: { name: 'repository', isolate: false, include: ['scripts/**/*.test.ts'] },
      },
    ],
  },
})
