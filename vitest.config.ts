import { defineConfig } from 'vitest/config'

const unitAndBehaviour = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: [`packages/${name}/src/**/*.test.ts`, `packages/${name}/tests/**/*.test.ts`],
  },
})

export default defineConfig({
  ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      unitAndBehaviour('core'),
      unitAndBehaviour('mock-server'),
      unitAndBehaviour('sidecar'),
      {
        extends: true,
        test: { name: 'repository', include: ['scripts/**/*.test.ts'] },
      },
    ],
  },
})
