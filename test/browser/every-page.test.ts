/** Every page, in light and dark mode, on a phone and without the script: accessible, whole, and as wide as the screen. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { actions, pages } from '../../runtime/console/pages.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { allPages, type PageUrl } from './all-pages.ts'
import { displayFaults, inBrowser, openDetails, openPage, PHONE } from './page-helpers.ts'
import { ruleViolations } from './page-rules.ts'
import { missingLines, type SentForm, sendForms, stuckParts } from './without-script.ts'

const closing = createCleanup()

let found: Awaited<ReturnType<typeof allPages>>
beforeAll(async () => {
  found = await allPages(closing, { days: 1 })
})
afterAll(() => closing.close())

/** The page itself: one that asks for signing in would pass every check. */
async function visit(page: Page, { name, url }: PageUrl): Promise<void> {
  await found.app.during(page.goto(url))
  if (name !== 'sign-in') expect(new URL(page.url()).pathname, name).not.toBe('/log-in')
  await openDetails(page)
}

inBrowser(
  'every page passes the accessibility checker in both modes and on a phone, fits screens of every width, and keeps to the rules',
  async () => {
    // No colour on its way to another, and times in a zone that is not the default.
    const { page, faults } = await openPage(closing, { reducedMotion: 'reduce', timezoneId: 'Asia/Tokyo' }, [404])
    const wrong: string[] = []
    for (const one of found.pages) {
      await visit(page, one)
      wrong.push(...(await ruleViolations(page, one.name)))
      const found = await displayFaults(page)
      wrong.push(...found.map((fault) => `${one.name}: ${fault}`))
    }
    expect(wrong).toEqual([])
    expect(faults).toEqual([])
  },
  300_000,
)

inBrowser('without the script each page shows the same, and each form can be sent', async () => {
  const { page } = await openPage(closing, { timezoneId: 'UTC' }, [404])
  await found.app.during(page.goto(found.app.url)) // the zone of times is known from the second page on
  const storageState = await page.context().storageState()
  const { page: plain, faults } = await openPage(closing, { javaScriptEnabled: false, storageState }, [404])
  const wrong: string[] = []
  const sent = new Map<string, SentForm>()
  for (const one of found.pages) {
    for (const each of [page, plain]) await visit(each, one)
    const found = [...(await missingLines(page, plain)).map((line) => `lacks "${line}"`), ...(await stuckParts(plain))]
    wrong.push(...found.map((fault) => `${one.name}: ${fault}`))
    await sendForms(plain, sent)
  }
  const forms = [...sent.values()]
  expect(wrong).toEqual([])
  expect(forms.filter(({ method, hasToken }) => method === 'POST' && !hasToken)).toEqual([])
  const unsent = actions.filter(({ path }) => !forms.some((form) => patternOf(path).test(form.path)))
  expect(unsent.map(({ path }) => path)).toEqual(IN_OTHER_STATES)
  expect(faults).toEqual([])
})

/** Actions of pages that show personal data, a running import, earlier versions, or the middle of setup. */
const IN_OTHER_STATES = [
  '/records/hide',
  '/confirm-deletions',
  '/mappings/restore',
  '/import/resume',
  '/import/pause',
  '/set-up/finish',
  '/set-up/:name/client',
  '/set-up/:name/signing',
  '/set-up/:name/extras',
]

const patternOf = (path: string) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`)

inBrowser('no page is left out', () => {
  const visited = found.pages.map(({ url }) => new URL(url).pathname)
  const matches = (path: string) => visited.some((one) => patternOf(path).test(one))
  const shown = pages.map(({ path }) => path).filter((path) => !path.includes('.'))
  expect(shown.filter((path) => !matches(path))).toEqual([])
})

inBrowser('on a phone the menu opens on tap and leads to each page', async () => {
  const { page, faults } = await openPage(closing, PHONE)
  await page.goto(found.app.url)
  for (const name of ['Historical sync', 'Find', 'Failed events', 'Segments and flows', 'Setup', 'Overview']) {
    await page.getByRole('button', { name: 'Menu' }).tap()
    await found.app.during(page.getByRole('navigation').getByRole('link', { name, exact: true }).tap())
    await page.locator('nav a[aria-current=page]', { hasText: name }).waitFor({ state: 'attached' })
  }
  expect(faults).toEqual([])
})
