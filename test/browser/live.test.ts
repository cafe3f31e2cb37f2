/** Changes appear on open pages within a moment, without a reload. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { type AppUnderTest, type Person, startApp } from './app-under-test.ts'
import { focusedElement, inBrowser, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('a live event appears on the overview without a reload', async () => {
  const it = await startApp(closing, { conversations: 30 })
  const { page, faults } = await openPage(closing)
  await page.goto(it.url)
  await page.getByText('Live updates', { exact: true }).waitFor()
  await page.evaluate('window.stayed = true')
  const rated = page.getByRole('row', { name: /^Rated Conversation/ })
  expect(await rated.textContent()).toContain('never')
  await it.rate('77', await firstPerson(it))
  await it.until('the event', async () => !((await rated.textContent()) ?? 'never').includes('never'))
  expect(await page.evaluate('window.stayed')).toBe(true)
  expect(faults).toEqual([])
})

inBrowser('an event not found yet appears when it arrives', async () => {
  const it = await startApp(closing, { conversations: 30 })
  const { page, faults } = await openPage(closing)
  await page.goto(`${it.url}find?ref=77`)
  await page.getByText('No records of 77').waitFor()
  await it.rate('77', await firstPerson(it))
  await it.until('it is found', () => page.getByRole('heading', { name: '1 record of 77' }).isVisible())
  expect(faults).toEqual([])
})

inBrowser('an updating page keeps the focus', async () => {
  const it = await startApp(closing, { conversations: 30 })
  const person = await firstPerson(it)
  await it.rate('77', person)
  await it.work(2_000)
  const { page, faults } = await openPage(closing)
  await page.goto(`${it.url}metric/Rated%20Conversation`)
  const rows = page.locator('#events tbody tr')
  await rows.last().getByRole('link').focus()
  const { words } = await focusedElement(page)
  await page.evaluate('window.stayed = document.activeElement')
  await it.rate('78', person)
  await it.until('two events', async () => (await rows.count()) === 2)
  expect((await focusedElement(page)).words).toBe(words)
  expect(await page.evaluate('document.activeElement === window.stayed')).toBe(true)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/events\/\d+$/)
  expect(faults).toEqual([])
})

async function firstPerson(it: AppUnderTest): Promise<Person> {
  const [person] = await it.people()
  if (person === undefined) throw new Error('no contact has an e-mail address')
  return person
}
