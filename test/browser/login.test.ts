/** Signing in and out of a console, by a password and by the printed link, and the limit of attempts. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { inBrowser, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const PASSWORD = 'correct horse battery'
const QUARTER = 15 * 60_000

inBrowser('leads to the requested page, and refuses attempts for 15 minutes after ten wrong ones', async () => {
  const it = await startApp(closing, { password: PASSWORD })
  const { page, faults } = await openPage(closing, {}, [429])
  const signIn = async (password: string) => {
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${it.url}failed-events`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.getByRole('navigation').count()).toBe(0)
  for (let time = 0; time < 10; time++) {
    await signIn(`wrong ${time}`)
    await page.getByRole('alert').getByText('Wrong password.').waitFor()
  }
  await signIn(PASSWORD)
  await page.getByText('Too many failed attempts').waitFor()

  await it.clock.advance(QUARTER)
  await page.goBack()
  await signIn(PASSWORD)
  await page.getByRole('heading', { name: 'Failed events' }).waitFor()
  const cookies = await page.context().cookies()
  expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toContainEqual({
    httpOnly: true,
    sameSite: 'Lax',
  })
  // Scripts see no cookie but the zone of times, which the script itself sets.
  expect(await page.evaluate('document.cookie')).toBe('connector-zone=UTC')

  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByText('You are signed out.').waitFor()
  await page.goto(it.url)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(faults).toEqual([])
})

inBrowser('the printed link signs in, leaves no code in the address, and works once', async () => {
  const it = await startApp(closing, { visitors: 'strangers' })
  const [first = ''] = it.signInLinks
  const { page, faults } = await openPage(closing)
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url(), request.headers().referer ?? ''))
  await page.goto(first)
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  const code = first.split('#')[1] ?? ''
  expect([page.url(), ...requested].filter((text) => text.includes(code))).toEqual([])

  const other = await openPage(closing)
  await other.page.goto(first)
  await other.page.getByRole('alert').getByText('Wrong code.').waitFor()
  await other.page.goto(it.signInLinks[1] ?? '')
  await other.page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect([...faults, ...other.faults]).toEqual([])
})
