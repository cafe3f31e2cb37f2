/** Setup by mouse against a real process and both local OAuth pages. */
import { afterEach, expect } from 'vitest'
import { createCleanup, startProcess } from '../helpers/processes/processes.ts'
import { inBrowser, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('from an empty store to live events, by OAuth on both accounts', async () => {
  const { firstOutput: said } = startProcess(['start', '--sandbox', '--set-up', '--json', '--port', '0'], {}, closing)
  const { signIn = '' } = await said
  const { page, faults } = await openPage(closing)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const follow = (name: string | RegExp) => page.getByRole('link', { name }).first().click()
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor()

  await page.goto(signIn)
  await sees('this data is sent from Intercom to Klaviyo')
  await press('Approve and continue')
  await follow('Continue to Intercom, US')
  await sees('Sandbox Shop')
  await press('Deny')
  await sees('Access was denied')
  await follow('Continue to Intercom, US')
  await press('Allow')
  await sees('Intercom is connected.')
  await follow('Continue to Klaviyo')
  await press('Allow')
  await sees('Are these the right accounts?')
  await sees('Sandbox Shop')
  await press('Start delivery')
  await sees('Events are delivered as they happen.')

  await follow('Set up webhooks')
  await sees('Verified')
  await follow('Overview')
  await page.evaluate('window.stayed = true')
  await page.locator('#activity .legend a').first().waitFor()
  expect(await page.evaluate('window.stayed')).toBe(true)
  expect(await page.getByText('Last answer', { exact: true }).count()).toBe(2)
  expect(faults).toEqual([])
})
