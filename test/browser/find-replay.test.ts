/** Finds an event by person and by conversation, then retries a failed one. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('finds an event by its person and by its conversation, and retries a failed one', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const [person] = await it.people()
  const { page, faults } = await openPage(closing)
  const find = async (what: string) => {
    await page.getByRole('searchbox').fill(what)
    await page.getByRole('button', { name: 'Find', exact: true }).click()
  }
  await page.goto(`${it.url}find`)
  await find(person?.email ?? '')
  await page.getByRole('heading', { name: /records? of this person/ }).waitFor()
  expect(page.url()).not.toContain('@')
  await find('904')
  const sent = page.getByRole('article').filter({ hasText: 'Rated Conversation' })
  await sent.getByText('answered 202').waitFor()
  await find('unknown-id')
  await page.getByText('No records of unknown-id').waitFor()

  await find('903')
  const failed = page.getByRole('article')
  await failed.getByText('What to do').first().waitFor()
  await failed.getByRole('link', { name: /Show the record/ }).click()
  await page.getByText('Personal data is masked.').waitFor()
  await page.goBack()
  await failed.getByRole('link', { name: 'Failed events' }).first().click()
  const refused = page.getByRole('article').filter({ hasText: 'klaviyo/invalid' })
  await refused.getByRole('button', { name: 'Retry this record' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Retry this record' }).click()
  await page.getByText('1 record queued for retry').waitFor()
  await page.getByText('2 records could not be delivered').waitFor()
  await page.goto(`${it.url}find?ref=903`)
  await it.until('it was sent', () => page.getByRole('article').getByText('answered 202').isVisible())
  expect(faults).toEqual([])
})
