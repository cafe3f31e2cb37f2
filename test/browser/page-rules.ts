/** What every page keeps to in every state, as one line for each violation. */
import type { Page } from 'playwright-core'

/** Shows one of each. */
const SAMPLES = 'design'

/** `name` as in `allPages`. */
export async function ruleViolations(page: Page, name: string): Promise<string[]> {
  const title = await page.locator('h1').textContent()
  if (title === 'Sign in' && name !== 'sign-in') return [`${name}: shows the sign-in page`]
  const primary = name === SAMPLES ? [] : await primaryButtons(page)
  return primary.length > 1 ? [`${name}: several primary buttons: ${primary.join(', ')}`] : []
}

/** Filled ones, also those in what is closed. */
const primaryButtons = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('main :is(button, a.button):not(.plain, [hidden])')]
    .map(({ textContent }) => textContent.trim().replace(/\\s+/g, ' '))`)
