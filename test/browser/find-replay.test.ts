/** Finding an event by whom it is about, and sending again what failed. */
import { afterEach, expect } from 'vitest'
import { closers } from '../helpers/processes.ts'
import { inBrowser, visitor } from './page-helpers.ts'
import { furnished } from './seed-store.ts'

const closing = closers()
afterEach(() => closing.close())

inBrowser('an event is found by its person and by its conversation, and what failed is sent again', async () => {
  const it = await furnished(closing, { days: 0 })
  const [person] = await it.people()
  const { page, faults } = await visitor(closing)
  const find = async (what: string) => {
    await page.getByRole('searchbox').fill(what)
    await page.getByRole('button', { name: 'Find' }).click()
  }
  await page.goto(`${it.url}find`)
  await find(person?.email ?? '')
  await page.getByRole('heading', { name: /records? of this person/ }).waitFor()
  expect(page.url()).not.toContain('@')
  await find('904')
  const sent = page.getByRole('article').filter({ hasText: 'Rated Conversation' })
  await sent.getByText('answered 202').waitFor()
  await find('nobody-knows-this')
  await page.getByText('Nothing is known of nobody-knows-this').waitFor()

  await find('903')
  const failed = page.getByRole('article')
  await failed.getByText('Who acts').first().waitFor()
  await failed.getByRole('link', { name: /Show the record/ }).click()
  await page.getByText('What may be personal is masked.').waitFor()
  await failed.getByRole('link', { name: 'Dead letters' }).first().click()
  const refused = page.getByRole('article').filter({ hasText: 'klaviyo/invalid' })
  await refused.getByRole('button', { name: 'Send it again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Send it again' }).click()
  await page.getByText('1 record queued again').waitFor()
  await page.getByText('2 records could not be delivered').waitFor()
  await page.goto(`${it.url}find?ref=903`)
  await it.until('it was sent', () => page.getByRole('article').getByText('answered 202').isVisible())
  expect(faults).toEqual([])
})
