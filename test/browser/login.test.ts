/** The door of a console with a password: in, out, and how often one may try. */
import { afterEach, expect } from 'vitest'
import { closers } from '../helpers/processes.ts'
import { house } from './app-under-test.ts'
import { inBrowser, visitor } from './page-helpers.ts'

const closing = closers()
afterEach(() => closing.close())

const PASSWORD = 'correct horse battery'
const QUARTER = 15 * 60_000

inBrowser(
  'leads where one wanted to go, refuses ten wrong tries and hears the next a quarter of an hour later',
  async () => {
    const it = await house(closing, { password: PASSWORD })
    const { page, faults } = await visitor(closing, {}, [429])
    const tries = async (password: string) => {
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    await page.goto(`${it.url}dead-letters`)
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    for (let time = 0; time < 10; time++) {
      await tries(`wrong ${time}`)
      await page.getByRole('alert').getByText('That is not the password').waitFor()
    }
    await tries(PASSWORD)
    await page.getByText('Too many wrong passwords').waitFor()

    await it.clock.pass(QUARTER)
    await page.goBack()
    await tries(PASSWORD)
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor()
    const cookies = await page.context().cookies()
    expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toContainEqual({
      httpOnly: true,
      sameSite: 'Lax',
    })
    expect(await page.evaluate('document.cookie')).toBe('')

    await page.getByRole('button', { name: 'Log out' }).first().click()
    await page.getByText('You are logged out.').waitFor()
    await page.goto(it.url)
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    expect(faults).toEqual([])
  },
)
