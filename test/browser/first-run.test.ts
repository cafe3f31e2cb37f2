/** From a process with nothing set to the first event in the destination: all of it entered in a browser. */
import { afterEach, expect } from 'vitest'
import { KEY, SIGNING, TOKEN } from '../helpers/auth.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { accessibilityViolations, inBrowser, openPage } from './page-helpers.ts'
import { ruleViolations } from './page-rules.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('from nothing to the first delivery', async () => {
  const it = await startApp(closing, { empty: true, env: {} })
  const { page, faults } = await openPage(closing, { viewport: { width: 1280, height: 800 } })
  const press = (name: string) => it.during(page.getByRole('button', { name, exact: true }).click())
  const sees = async (text: string | RegExp) => {
    await it.during(page.getByText(text).first().waitFor())
    expect(await ruleViolations(page, `with “${text}”`)).toEqual([])
  }
  const field = (name: string) => page.locator(`#${name}`)

  await it.during(page.goto(it.url))
  await sees('What you need')
  const next = await page.getByRole('button', { name: 'Approve and continue' }).boundingBox()
  expect((next?.y ?? 900) + (next?.height ?? 0)).toBeLessThanOrEqual(800)
  expect(await accessibilityViolations(page)).toEqual([])
  await press('Approve and continue')

  // The wrong values, each with its error at the field.
  await field('key').fill('pk_0123456789')
  await field('signing').fill('dG9rOjEyMw==')
  await press('Connect Intercom')
  await sees('private API key of Klaviyo')
  await sees('This is an access token')
  expect(await field('key').getAttribute('aria-invalid')).toBe('true')
  expect(await field('key').getAttribute('aria-describedby')).toContain('key-error')
  expect(await field('key').inputValue()).toBe('')
  expect(await accessibilityViolations(page)).toEqual([])
  await field('key').fill('a-token-of-nobody')
  await field('signing').fill(SIGNING)
  await press('Connect Intercom')
  await sees('it rejected the pasted credentials')
  await field('key').fill(TOKEN)
  await field('signing').fill(SIGNING)
  await press('Connect Intercom')
  await sees('Intercom is connected.')

  await field('key').fill('XyZ12a')
  await press('Connect Klaviyo')
  await sees('This is Klaviyo’s public API key')
  await field('key').fill(KEY)
  await press('Connect Klaviyo')
  await sees('Are these the right accounts?')
  await press('Start delivery')
  await sees('Setup is complete')

  await it.during(page.getByRole('link', { name: 'Set up webhooks' }).click())
  await field('address').fill('localhost:3000')
  await press('Save address')
  await sees('from this machine or its network only')
  await field('address').fill('https://connector.example.com')
  await press('Save address')
  await sees('https://connector.example.com/webhooks/intercom')

  // What is sent can be read again.
  await it.during(page.goto(`${it.url}set-up?step=review`))
  await sees('What is sent')
  await it.during(page.goto(`${it.url}set-up`))
  await it.during(page.getByRole('link', { name: 'Review what is sent' }).click())
  await sees('This data is sent from Intercom to Klaviyo.')
  expect(await page.getByRole('button', { name: 'Approve and continue' }).count()).toBe(0)
  expect(await accessibilityViolations(page)).toEqual([])

  const [person] = await it.people()
  if (person === undefined) throw new Error('nobody')
  await it.rate('4711', person)
  await it.work(10_000)
  expect(it.klaviyo.events()).toMatchObject([{ metric: 'Rated Conversation', profile: { email: person.email } }])
  expect(faults).toEqual([])
})
