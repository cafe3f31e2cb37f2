/** The Events page: filter, open an event, come back, page, see what is new, download. */
import { text } from 'node:stream/consumers'
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('filters events, opens one, comes back to the same page, and downloads it', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const { page, faults } = await openPage(closing, { acceptDownloads: true })
  await page.goto(`${it.url}events`)
  await page.getByLabel('Origin').selectOption('History')
  await page.getByLabel('Metric').selectOption('Created Conversation')
  await page.getByRole('button', { name: 'Filter' }).click()
  await page.waitForURL(/origin=history/)
  const rows = page.locator('table.log tbody tr')
  expect(await rows.count()).toBe(50)
  for (const row of await rows.allInnerTexts()) expect(row).toMatch(/Created Conversation[\s\S]*History/)

  await page.getByRole('link', { name: 'Older' }).click()
  await page.waitForURL(/before=/)
  const older = await rows.allInnerTexts()
  await rows.first().getByRole('link').click()
  await page.waitForURL(/\/events\/\d+$/)
  await page.getByRole('heading', { name: /What was received/ }).waitFor()
  await page.goBack()
  expect(await rows.allInnerTexts()).toEqual(older)
  await page.getByRole('link', { name: 'Newer' }).click()
  await page.waitForURL(/after=/)
  expect(await rows.count()).toBe(50)

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download CSV' }).click(),
  ])
  const lines = (await text(await download.createReadStream())).trim().split('\r\n')
  expect(lines.length - 1).toBe(50 + older.length)
  expect(lines.join('\n')).not.toContain('@shop')
  expect(faults).toEqual([])
})

inBrowser('counts new events without moving a row, and finds those of a person', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const [person] = await it.people()
  const { page, faults } = await openPage(closing)
  await page.goto(`${it.url}events?outcome=delivered`)
  const rows = page.locator('table.log tbody tr')
  const before = await rows.allInnerTexts()
  await page.getByText('No newer events').waitFor()
  if (person) await it.rate('905', person)
  await it.work(3_000)
  const news = page.getByRole('link', { name: /new events?$/ })
  await it.until('it says so', () => news.isVisible())
  expect(await rows.allInnerTexts()).toEqual(before)
  await news.click()
  await rows.filter({ hasText: 'Rated Conversation' }).first().waitFor()

  await page.getByLabel('Contact, conversation or ticket').fill(person?.email ?? '')
  await page.getByRole('button', { name: 'Find', exact: true }).click()
  await page.waitForURL(/search=/)
  expect(page.url()).not.toContain('@')
  await rows.filter({ hasText: 'Rated Conversation' }).first().waitFor()
  await page.getByRole('link', { name: /Remove the filter One contact/ }).click()
  await page.waitForURL((url) => !url.search.includes('search='))
  await page.getByRole('link', { name: 'Pause' }).click()
  await page.getByText('Paused').waitFor()
  expect(faults).toEqual([])
})
