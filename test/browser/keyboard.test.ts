/** Everything that must be done can be done with a keyboard alone, and one always sees where one is. */
import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { KEY, SIGNING, TOKEN } from '../helpers/auth.ts'
import { closers } from '../helpers/processes.ts'
import { house } from './app-under-test.ts'
import { focus, inBrowser, visitor } from './page-helpers.ts'
import { furnished } from './seed-store.ts'

const closing = closers()
afterEach(() => closing.close())

/** Tab until there; fails where one loses sight of the focus, or goes round without finding it. */
async function tabTo(page: Page, words: string): Promise<void> {
  const passed: string[] = []
  while (passed.length < 120) {
    await page.keyboard.press('Tab')
    const at = await focus(page)
    if (!at.seen) throw new Error(`the focus is on "${at.words}" and cannot be seen`)
    if (at.words === words) return
    passed.push(at.words)
  }
  throw new Error(`no way to "${words}" by Tab, past: ${passed.join(', ')}`)
}

async function enter(page: Page, words: string): Promise<void> {
  await tabTo(page, words)
  await page.keyboard.press('Enter')
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label)
  await page.keyboard.type(text)
}

inBrowser('the install, with keys pasted by hand', async () => {
  const it = await house(closing, { empty: true, env: {} })
  const { page, faults } = await visitor(closing)
  const sees = (text: string) => page.getByText(text).first().waitFor()
  await page.goto(it.url)
  await sees('This is what goes')
  await enter(page, 'Allow, and go on')
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
  await sees('Are these the right two?')
  await enter(page, 'Finish: begin delivery')
  await sees('Delivery is on.')
  expect(faults).toEqual([])
})

inBrowser('sending a dead letter again', async () => {
  const it = await furnished(closing, { days: 0 })
  const { page, faults } = await visitor(closing)
  await page.goto(it.url)
  await enter(page, 'Skip to the page')
  await enter(page, 'See what is wrong, and send again')
  await page.getByText('3 records could not be delivered').waitFor()
  await enter(page, 'Send it again')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  expect((await focus(page)).words).toBe('Send it again')
  await page.keyboard.press('Enter')
  await enter(page, 'Send it again')
  await page.getByText('1 record queued again').waitFor()
  await page.getByText('2 records could not be delivered').waitFor()
  expect(faults).toEqual([])
})
