/** Starts the one Chromium of all browser tests; where there is none, says in a line that they are left out. */
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { chromiumPath, launching, NO_CHROMIUM } from './chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where to reach it; empty: there is none. */
    readonly browser: string
  }
}

/** Asked for by name the tests are not left out: their absence is a failure. */
const ASKED = process.argv.includes('browser') || process.argv.includes('--project=browser')

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const path = chromiumPath()
  if (path === undefined && ASKED) throw new Error(NO_CHROMIUM)
  if (path === undefined) {
    process.stderr.write(`The browser tests are left out. ${NO_CHROMIUM}\n`)
    project.provide('browser', '')
    return undefined
  }
  const server = await chromium.launchServer(launching(path))
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
