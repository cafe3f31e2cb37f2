/** An app with an import in progress, which stops while the clock stands still. */
import type { Browser } from 'playwright-core'
import type { Cleanup } from '../helpers/processes/processes.ts'
import { type AppUnderTest, startApp } from './app-under-test.ts'

export interface ImportingApp {
  readonly app: AppUnderTest
  /** Starts the import as a person does. */
  begin(browser: Pick<Browser, 'newPage'>): Promise<void>
}

export async function startImportingApp(closing: Cleanup): Promise<ImportingApp> {
  let slow: () => Promise<void> = async () => undefined
  const instead = async (request: Request) => (request.url.endsWith('/search') ? void (await slow()) : undefined)
  const app = await startApp(closing, { conversations: 600, tickets: 400, instead })
  slow = () => app.clock.sleep(4_000)
  return {
    app,
    async begin(browser) {
      const page = await browser.newPage()
      await page.goto(`${app.url}history`)
      await app.during(page.getByRole('button', { name: 'Estimate' }).click())
      await page.getByRole('button', { name: 'Start import' }).click()
      await app.work(20_000)
      await page.close()
    },
  }
}
