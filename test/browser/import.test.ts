/** An import by mouse: its cost, its beginning, a pause, once more from the beginning, and the report. */
import { afterEach, expect } from 'vitest'
import { closers } from '../helpers/processes.ts'
import { house } from './app-under-test.ts'
import { inBrowser, visitor } from './page-helpers.ts'

const closing = closers()
afterEach(() => closing.close())

const NOTHING = Promise.resolve(undefined)

inBrowser(
  'is chosen, costed, begun, paused, resumed, begun again and reported, the page moving by itself',
  async () => {
    let slow = async () => {}
    const instead = (request: Request) => (request.url.endsWith('/search') ? slow().then(() => undefined) : NOTHING)
    const it = await house(closing, { conversations: 1_500, tickets: 400, instead })
    slow = () => it.clock.sleep(4_000)
    const { page, faults } = await visitor(closing)
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click({ noWaitAfter: true })
    const sees = (text: string | RegExp) => it.until(String(text), () => page.getByText(text).first().isVisible())
    const sent = () => it.klaviyo.summary().events
    await page.goto(`${it.url}import`)
    await it.during(press('See what it would cost'))
    await sees('1,500 records')
    await press('Begin the import')
    await page.getByText('The import has begun.').waitFor()
    await sees('150 of 1,500 read')
    // The page moves on while the button is held down; so much is left to read that a slow browser sees it, too.
    await page.getByRole('button', { name: 'Pause' }).hover()
    await page.mouse.down()
    await sees('300 of 1,500 read')
    await page.mouse.up()
    await sees('The import is paused.')
    slow = async () => {}
    const early = sent()
    await press('Resume')
    await page.getByText('The import goes on.').waitFor()
    await page.evaluate('window.stayed = true')
    await sees('The last import')
    expect(await page.evaluate('window.stayed')).toBe(true)
    await sees(/^Sent: [1-9]/)
    await sees(/^Left out: [1-9]/)
    expect(sent()).toBeGreaterThan(early)

    const once = sent()
    const dialog = page.getByRole('dialog')
    // The page it leads to is waited for: the one before it says the same of the import before.
    const confirm = async () => {
      const next = page.waitForEvent('domcontentloaded')
      await dialog.getByRole('button', { name: 'Restart import' }).click({ noWaitAfter: true })
      await it.during(next)
    }
    await press('Restart import')
    await dialog.getByText('counted twice').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await press('Restart import')
    await confirm()
    await page.getByText('The import begins again.').waitFor()
    // While the page moves under the question.
    await press('Restart import')
    await it.work(2_000)
    await confirm()
    await sees('The last import')
    expect(sent()).toBe(once)
    expect(it.klaviyo.summary().flowTriggering).toBe(0)
    expect(faults).toEqual([])
  },
)
