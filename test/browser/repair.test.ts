/** Failed events repaired: the cause, the record behind a reveal, then some, all since a date, or none of them sent again. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('from the cause of a failure to its end', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const { page, faults } = await openPage(closing)
  const failed = () => it.store.countDeadLetters()
  const groupPage = async () => {
    const group = (await it.store.groupDeadLetters()).find(({ metric }) => metric === 'Created Ticket')
    await it.during(page.goto(`${it.url}failed-events?group=${encodeURIComponent(group?.group ?? '')}`))
  }
  /** Presses a button, confirms, and reads the answer. */
  const act = async (name: RegExp, answer: RegExp) => {
    await page.getByRole('button', { name }).first().click()
    const dialog = page.getByRole('dialog')
    if (await dialog.isVisible()) await dialog.locator('button[value=yes]').click()
    await page.locator('main > .message', { hasText: answer }).waitFor()
  }

  // Both stand on the page: the words of the vendor, and the line of the mapping.
  await it.during(page.goto(`${it.url}failed-events`))
  await page
    .getByText(/Klaviyo answered 400/)
    .first()
    .waitFor()
  expect(await page.locator('.placed.marked').textContent()).toMatch(/^ +11 {2}time:/)

  await groupPage()
  await it.during(page.getByRole('link', { name: /^Show/ }).first().click())
  await page.getByText('Personal data is masked.').waitFor()
  await it.during(page.getByRole('button', { name: 'Show personal data' }).click())
  await page.getByRole('button', { name: 'Hide personal data' }).waitFor()

  await groupPage()
  await act(/^Retry selected/, /nothing was retried/)
  await groupPage()
  await page.getByRole('checkbox').first().check()
  await act(/^Retry selected/, /^1 record queued/)
  await it.work(5_000)
  expect(await failed()).toBe(3)

  await groupPage()
  await page.getByText('Retry those since a date').click()
  await page.getByLabel(/^Failed on or after/).fill('2031-01-01')
  await act(/^Retry$/, /^Nothing to retry/)
  await groupPage()
  await page.getByText('Retry those since a date').click()
  await page.getByLabel(/^Failed on or after/).fill('2026-01-01')
  await act(/^Retry$/, /^2 records queued/)
  await it.work(5_000)

  await groupPage()
  await page.locator('summary', { hasText: /^Dismiss/ }).click()
  await act(/^Dismiss 2/, /Nothing was dismissed/)
  await groupPage()
  await page.locator('summary', { hasText: /^Dismiss/ }).click()
  await page.locator('#group-reason').fill('Tickets of a test')
  await act(/^Dismiss 2/, /^2 records dismissed/)

  await act(/^Retry/, /^1 record queued/)
  await it.work(5_000)
  expect(await failed()).toBe(0)
  await it.during(page.goto(`${it.url}find?ref=901`))
  await page.getByText('Tickets of a test').first().waitFor()
  await it.during(page.goto(`${it.url}timeline`))
  for (const text of [/dismissed/i, /retr/i, /personal data/i])
    await page.locator('#entries td', { hasText: text }).first().waitFor()
  expect(faults).toEqual([])
})
