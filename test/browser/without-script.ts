/** Compares pages with those of a browser that runs no script, and sends their forms. */
import type { Page, Request } from 'playwright-core'

/** What only the script can do, so only it shows. */
const OF_SCRIPT = /^(Copy.*|No problems|Esc, then Tab leaves the editor\. Ctrl\+Space completes\.)$/

/** Visible lines of the content that one page has and the other has not. Details must be open on both. */
export async function missingLines(scripted: Page, plain: Page): Promise<string[]> {
  const left = new Set(await visibleLines(plain))
  return (await visibleLines(scripted)).filter((line) => !left.has(line) && !OF_SCRIPT.test(line))
}

/** The editor of a mapping shows the text of the field it stands for. Numbers change while time passes. */
const visibleLines = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const fields = [...document.querySelectorAll('main textarea')].flatMap(({ value }) => value.split('\\n'))
    const shown = [...document.querySelectorAll('#health, main')].flatMap(({ innerText }) => innerText.split('\\n'))
    return [...shown, ...fields].map((line) => line.replace(/\\s+/g, ' ').replace(/\\d[\\d,.]*/g, '0').trim()).filter(Boolean)
  })()`)

/** Buttons that do nothing without the script, except the examples of the design page, and content that waits for it. */
export const stuckParts = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const dead = [...document.querySelectorAll('button[type=button]')]
      .filter((one) => one.checkVisibility() && !one.hasAttribute('popovertarget') && !one.closest('[aria-labelledby=buttons]'))
      .map(({ textContent }) => 'has a button "' + textContent + '" that does nothing')
    const text = document.querySelector('main').innerText
    const waiting = /loading|please wait|enable javascript/i.exec(text)?.[0]
    return waiting === undefined ? dead : [...dead, 'shows "' + waiting + '"']
  })()`)

export interface SentForm {
  readonly method: string
  readonly path: string
  readonly hasToken: boolean
}

/** Fills and sends each form of the page by each of its buttons, once for each address in `sent`. No server gets it. */
export async function sendForms(page: Page, sent: Map<string, SentForm>): Promise<void> {
  const buttons = page.locator(BUTTONS)
  for (const [at, address] of (await page.evaluate<string[]>(ADDRESSES)).entries()) {
    const button = buttons.nth(at)
    if (sent.has(address) || !(await button.isVisible())) continue
    await fillRequired(page)
    const request = await catchRequest(page, () => button.click({ noWaitAfter: true }))
    const hasToken = (request.postData() ?? '').includes('csrf=')
    sent.set(address, { method: request.method(), path: new URL(request.url()).pathname, hasToken })
  }
}

const BUTTONS = 'form button:not([type=button])'
const ADDRESSES = `[...document.querySelectorAll('${BUTTONS}')].map((one) =>
  [one.getAttribute('formaction') ?? one.form.getAttribute('action'), one.value].join(' '))`

/** The next request, answered here: the page stays. */
async function catchRequest(page: Page, act: () => Promise<void>): Promise<Request> {
  const caught = new Promise<Request>((resolve) => {
    void page.route('**', async (route) => {
      await route.fulfill({ status: 204 })
      resolve(route.request())
    })
  })
  await act()
  const request = await caught
  await page.unroute('**')
  return request
}

const fillRequired = (page: Page): Promise<void> =>
  page.evaluate(`for (const field of document.querySelectorAll('form :required'))
    if (field.type === 'date') field.value = '2026-01-01'
    else if (field.type !== 'checkbox' && field.type !== 'radio') field.value ||= 'x'
    else field.checked = true`)
