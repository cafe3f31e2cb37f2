/** Starts one Chromium for all browser tests; without Chromium, says that they are skipped. */
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { chromiumPath, launchOptions, NO_CHROMIUM } from './chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Its WebSocket endpoint. Empty: none is installed. */
    readonly browser: string
  }
}

/** Requested by name the tests must not be skipped. */
const IS_REQUIRED = process.argv.includes('browser') || process.argv.includes('--project=browser')

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const path = chromiumPath()
  if (path === undefined && IS_REQUIRED) throw new Error(NO_CHROMIUM)
  if (path === undefined) {
    process.stderr.write(`The browser tests are skipped. ${NO_CHROMIUM}\n`)
    project.provide('browser', '')
    return undefined
  }
  const server = await chromium.launchServer(launchOptions(path))
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
