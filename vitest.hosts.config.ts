/** `npm run test:hosts`: the examples of platforms with runtimes or packages of their own, installed as their pages say. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/hosts/*.test.ts'],
    globalSetup: 'test/hosts/pack.ts',
    // Each installs a platform of a hundred megabytes.
    testTimeout: 120_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
})
