import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { OWN_PROCESS } from './test/file-lists.ts'
import { SlowFirst } from './test/slow-first.ts'

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    // Two also on a machine of two cores, where one is the default: tests of real processes mostly wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          ...timeouts,
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/hosts/**', ...OWN_PROCESS],
          globalSetup: 'test/run-folder.ts',
          // A worker loads each module once, for all its files: that was a third of their processor time.
          isolate: false,
        },
      },
      { test: { ...timeouts, name: 'own-process', include: OWN_PROCESS } },
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
