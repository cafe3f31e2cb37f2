/** Every task can be done by keyboard alone, with the focus always visible. */
import { afterEach, expect } from 'vitest'
import { KEY, SIGNING, TOKEN } from '../helpers/auth.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { enter, type } from './keyboard.ts'
import { focusedElement, inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('setup with pasted keys', async () => {
  const it = await startApp(closing, { empty: true, env: {} })
  const { page, faults } = await openPage(closing)
  const sees = (text: string) => page.getByText(text).first().waitFor()
  await page.goto(it.url)
  await sees('this data is sent')
  await enter(page, 'Approve and continue')
  await sees('Access token')
  await type(page, 'Access token', 'a-wrong-token-9876543210')
  await type(page, 'Client secret', SIGNING)
  await enter(page, 'Connect Intercom')
  await sees('rejected the pasted credentials')
  await type(page, 'Access token', TOKEN)
  await type(page, 'Client secret', SIGNING)
  await enter(page, 'Connect Intercom')
  await sees('Private API key')
  await type(page, 'Private API key', KEY)
  await enter(page, 'Connect Klaviyo')
  await sees('Are these the right accounts?')
  await enter(page, 'Start delivery')
  await sees('no public address is known')
  expect(faults).toEqual([])
})

inBrowser('retrying a failed record', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const { page, faults } = await openPage(closing)
  await page.goto(it.url)
  await enter(page, 'Skip to content')
  await enter(page, 'View and retry')
  await page.getByText('3 records could not be delivered').waitFor()
  await enter(page, 'Retry this record anyway')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  expect((await focusedElement(page)).words).toBe('Retry this record anyway')
  await page.keyboard.press('Enter')
  await enter(page, 'Retry this record anyway')
  await page.getByText('1 record queued for retry').waitFor()
  await page.getByText('2 records could not be delivered').waitFor()
  expect(faults).toEqual([])
})

inBrowser('the chart is one tab stop, with arrow keys from bar to bar', async () => {
  const it = await startSeededApp(closing, { days: 1 })
  const { page, faults } = await openPage(closing, {}, [404])
  await page.goto(it.url)
  const focused = () => page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""')
  const shown = () => page.locator('#chart .slot:focus-within .readout .when').textContent()
  while (!(await focused()).includes(': ')) await page.keyboard.press('Tab')
  const newest = await focused()
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe(newest)
  await page.keyboard.press('ArrowLeft')
  const before = await focused()
  expect(before).not.toBe(newest)
  expect(before).toContain((await shown()) ?? 'nothing')
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toMatch(/: [\d,]+ (live|history|by missed webhooks|failed)$/)
  await page.keyboard.press('End')
  expect(await focused()).toBe(newest)
  await page.keyboard.press('Tab')
  expect(await focused()).not.toContain(': ')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/events\?(outcome=[^&]+&)?since=/)
  expect(faults).toEqual([])
})
