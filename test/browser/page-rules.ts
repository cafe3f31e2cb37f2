/** What every page keeps to in every state, as one line for each violation. */
import type { Page } from 'playwright-core'

/** Shows a button of each kind. */
const SAMPLES = 'design'

/** `name` as in `allPages`. */
export async function ruleViolations(page: Page, name: string): Promise<string[]> {
  const title = await page.locator('h1').textContent()
  if (title === 'Sign in' && name !== 'sign-in') return [`${name}: shows the sign-in page`]
  const primary = name === SAMPLES ? [] : await primaryButtons(page)
  const wrong = primary.length > 1 ? [`several primary buttons: ${primary.join(', ')}`] : []
  return [...wrong, ...timeViolations(await readableText(page))].map((text) => `${name}: ${text}`)
}

/** Filled ones, also those in what is closed. */
const primaryButtons = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('main :is(button, a.button):not(.plain, [hidden])')]
    .map(({ textContent }) => textContent.trim().replace(/\\s+/g, ' '))`)

/** What a page says in words, one line each: no code, no values of events, no time zones of accounts. */
const readableText = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const copy = document.body.cloneNode(true)
    for (const one of copy.querySelectorAll('script, code, pre, kbd, textarea, .value, .account-zone')) one.remove()
    for (const one of copy.querySelectorAll('p, li, td, th, dt, dd, h1, h2, h3, summary, option, label, button, div'))
      one.append('\\n')
    return [...copy.textContent.split('\\n'), ...[...document.querySelectorAll('[data-confirm]')]
      .map(({ dataset }) => dataset.confirm)].map((line) => line.trim()).filter(Boolean).join('\\n')
  })()`)

/** The frame names the zone once; a chart of weeks adds its own. */
function timeViolations(text: string): string[] {
  const zones = text.split('\n').filter((line) => /\bUTC\b/.test(line))
  const times = text.match(/\S*\d{4}-\d\d-\d\dT\d\d:\d\S*|\d{4}-\d\d-\d\d \d\d:\d\d\S*/g) ?? []
  return [
    ...(zones.length > 1 ? [`names UTC ${zones.length} times: ${zones.join(' | ')}`] : []),
    ...times.map((time) => `shows ${time}, not in the zone of the viewer`),
  ]
}
