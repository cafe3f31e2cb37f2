import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    // Two also on a machine of two cores, where one is the default: tests of real processes mostly wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          ...timeouts,
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/hosts/**'],
        },
      },
      {
        test: {
          ...timeouts,
          testTimeout: 120_000, // a busy machine renders slowly
          name: 'browser',
          include: ['test/browser/*.test.ts'],
          globalSetup: 'test/browser/global-setup.ts',
          // One browser and one server at a time, modules loaded once.
          isolate: false,
          fileParallelism: false,
          // After all other tests: a page waiting for the processor would look slow.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
