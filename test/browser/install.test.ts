/** The whole install as a person does it, against a real process and both local log-ins, by mouse. */
import { afterEach, expect } from 'vitest'
import { closers, run } from '../helpers/processes.ts'
import { inBrowser, visitor } from './page-helpers.ts'

const closing = closers()
afterEach(() => closing.close())

inBrowser('from an empty store to live events, by logging in to both sides', async () => {
  const { said } = run(['start', '--sandbox', '--set-up', '--json', '--port', '0'], {}, closing)
  const { url = '' } = await said
  const { page, faults } = await visitor(closing)
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const follow = (name: string | RegExp) => page.getByRole('link', { name }).first().click()
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor()

  await page.goto(url)
  await sees('This is what goes from Intercom to Klaviyo')
  await press('Allow, and go on')
  await follow('Log in to Intercom, US')
  await sees('Sandbox Shop')
  await press('Do not allow')
  await sees('Access was denied')
  await follow('Log in to Intercom, US')
  await press('Allow')
  await sees('Intercom is connected.')
  await follow('Log in to Klaviyo')
  await press('Allow')
  await sees('Are these the right two?')
  await sees('Sandbox Shop')
  await press('Finish: begin delivery')
  await sees('Delivery is on.')

  await follow('Subscribe and test')
  await sees('The last one that is genuine')
  await follow('Overview')
  await page.evaluate('window.stayed = true')
  await page
    .getByText(/^[1-9]\d* events?$/)
    .first()
    .waitFor()
  expect(await page.evaluate('window.stayed')).toBe(true)
  expect(await page.getByText('Connected', { exact: true }).count()).toBe(2)
  expect(faults).toEqual([])
})
