/** An import by mouse: estimate, start, pause, resume, restart, and the report. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { inBrowser, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const NOTHING = Promise.resolve(undefined)

inBrowser('is estimated, started, paused, resumed, restarted and reported, the page updating itself', async () => {
  let slow = async () => {}
  const instead = (request: Request) => (request.url.endsWith('/search') ? slow().then(() => undefined) : NOTHING)
  const it = await startApp(closing, { conversations: 1_500, tickets: 400, instead })
  // The test's clock runs faster than a browser updates: a page of records lasts long, and which ones are seen is open.
  slow = () => it.clock.sleep(25_000)
  const { page, faults } = await openPage(closing)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click({ noWaitAfter: true })
  const sees = (text: string | RegExp) => it.until(String(text), () => page.getByText(text).first().isVisible())
  const sent = () => it.klaviyo.summary().events
  await page.goto(`${it.url}history`)
  await it.during(press('Estimate import'))
  await sees('1,500 records')
  await press('Start import')
  await page.getByText('The import has started.').waitFor()
  const progress = page.getByText(/^[1-9][\d,]* of [\d,]+ records read/).first()
  await it.until('some are read', () => progress.isVisible())
  // The page updates while the button is held down. Enough is left to read for a slow browser to see it.
  await page.getByRole('button', { name: 'Pause' }).hover()
  await page.mouse.down()
  const before = await progress.textContent()
  await it.until('more are read', async () => (await progress.textContent()) !== before)
  await page.mouse.up()
  await sees('The import is paused.')
  slow = async () => {}
  const early = sent()
  await press('Resume')
  await page.getByText('The import has resumed.').waitFor()
  await page.evaluate('window.stayed = true')
  await sees('Last import')
  expect(await page.evaluate('window.stayed')).toBe(true)
  await sees(/^Sent [1-9][\d,]* of [\d,]+ found/)
  await sees(/names no contact/)
  expect(sent()).toBeGreaterThan(early)

  const once = sent()
  const dialog = page.getByRole('dialog')
  // Waits for the next page: the current one says the same of the import before.
  const confirm = async () => {
    const next = page.waitForEvent('domcontentloaded')
    await dialog.getByRole('button', { name: 'Restart import' }).click({ noWaitAfter: true })
    await it.during(next)
  }
  await press('Restart import')
  await dialog.getByText('counted twice').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await press('Restart import')
  await confirm()
  await page.getByText('The import has restarted.').waitFor()
  // While the page updates under the dialog.
  await press('Restart import')
  await it.work(2_000)
  await confirm()
  await sees('Last import')
  expect(sent()).toBe(once)
  expect(it.klaviyo.summary().flowTriggering).toBe(0)

  const runs = page.getByRole('table', { name: 'All imports' }).locator('tbody')
  expect(await runs.getByRole('row').count()).toBeGreaterThan(1)
  await it.during(runs.getByRole('rowheader').getByRole('link').last().click())
  await page.waitForURL(/\/history\/run-/)
  await page.getByRole('table', { name: /By metric/ }).waitFor()
  expect(faults).toEqual([])
})
