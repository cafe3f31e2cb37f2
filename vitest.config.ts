import { defineConfig } from 'vitest/config'

const limits = { testTimeout: 30_000, hookTimeout: 30_000 }

export default defineConfig({
  test: {
    projects: [
      { test: { ...limits, name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] } },
      {
        test: {
          ...limits,
          testTimeout: 120_000, // a machine that is busy draws slowly
          name: 'browser',
          include: ['test/browser/*.test.ts'],
          globalSetup: 'test/browser/one-browser.ts',
          // One browser, one house at a time, and all that they load only once.
          isolate: false,
          fileParallelism: false,
          // After all others: a page that waits for its turn would look like a page that is slow.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
