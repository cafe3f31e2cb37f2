/** Uses pages by keyboard alone, where the focus must always be visible. */
import type { Page } from 'playwright-core'
import { focusedElement } from './page-helpers.ts'

/** More than the focusable elements of any page. */
const MAX_TABS = 200

/** Presses Tab until the focus is there; fails if it is invisible or never arrives. `words`: of the element or its label. */
export const tabTo = (page: Page, words: string): Promise<void> => tabUntil(page, words, async (at) => at === words)

/** As `tabTo`, by a selector. */
export const tabToElement = (page: Page, selector: string): Promise<void> =>
  tabUntil(page, selector, () => page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`))

async function tabUntil(page: Page, target: string, isThere: (words: string) => Promise<boolean>): Promise<void> {
  const passed: string[] = []
  while (passed.length < MAX_TABS) {
    await page.keyboard.press('Tab')
    const at = await focusedElement(page)
    if (!at.seen) throw new Error(`the focus is on "${at.words}" and is not visible`)
    if (await isThere(at.words)) return
    passed.push(at.words)
  }
  throw new Error(`"${target}" is not reachable by Tab, only: ${passed.join(', ')}`)
}

export async function enter(page: Page, words: string): Promise<void> {
  await tabTo(page, words)
  await page.keyboard.press('Enter')
}

export async function type(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, label)
  await page.keyboard.type(text)
}
