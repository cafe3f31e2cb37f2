/** Every page in light and dark mode and on a phone: no accessibility violation, no horizontal overflow, and the rules. */
import { afterAll, beforeAll, expect } from 'vitest'
import { pages } from '../../runtime/console/pages.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { allPages } from './all-pages.ts'
import {
  accessibilityViolations,
  horizontalOverflow,
  inBrowser,
  openDetails,
  openPage,
  overflowAtWidths,
} from './page-helpers.ts'
import { ruleViolations } from './page-rules.ts'

const closing = createCleanup()
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }

let found: Awaited<ReturnType<typeof allPages>>
beforeAll(async () => {
  found = await allPages(closing, { days: 1 })
})
afterAll(() => closing.close())

inBrowser.each([
  ['in light mode', { colorScheme: 'light' }],
  ['in dark mode', { colorScheme: 'dark' }],
  ['on a phone', PHONE],
] as const)('%s every page passes the accessibility checker and fits the screen', async (_, screen) => {
  const { page, faults } = await openPage(closing, screen, [404])
  const wrong: string[] = []
  for (const { name, url } of found.pages) {
    await found.app.during(page.goto(url))
    await openDetails(page)
    wrong.push(...(await accessibilityViolations(page)).map((violation) => `${name}: ${violation}`))
    const overflow = await horizontalOverflow(page)
    if (overflow > 0) wrong.push(`${name}: ${overflow} pixels wider than the screen`)
  }
  expect(wrong).toEqual([])
  expect(faults).toEqual([])
})

inBrowser('each page fits screens of every width', async () => {
  const { page } = await openPage(closing, {}, [404])
  const wrong: string[] = []
  for (const { name, url } of found.pages) {
    await found.app.during(page.goto(url))
    await openDetails(page)
    wrong.push(...(await overflowAtWidths(page)).map((overflow) => `${name}: ${overflow}`))
  }
  expect(wrong).toEqual([])
})

inBrowser('each page keeps to the rules', async () => {
  const { page } = await openPage(closing, { timezoneId: 'Asia/Tokyo' }, [404])
  const wrong: string[] = []
  for (const { name, url } of found.pages) {
    await found.app.during(page.goto(url))
    wrong.push(...(await ruleViolations(page, name)))
  }
  expect(wrong).toEqual([])
})

inBrowser('no page is left out', () => {
  const visited = found.pages.map(({ url }) => new URL(url).pathname)
  const matches = (path: string) => {
    const pattern = new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`)
    return visited.some((one) => pattern.test(one))
  }
  const shown = pages.map(({ path }) => path).filter((path) => !path.includes('.'))
  expect(shown.filter((path) => !matches(path))).toEqual([])
})

inBrowser('on a phone the menu opens on tap and leads to each page', async () => {
  const { page, faults } = await openPage(closing, PHONE)
  await page.goto(found.app.url)
  for (const name of ['History', 'Find', 'Failed events', 'Segments and flows', 'Setup', 'Overview']) {
    await page.getByRole('button', { name: 'Menu' }).tap()
    await found.app.during(page.getByRole('navigation').getByRole('link', { name, exact: true }).tap())
    await page.locator('nav a[aria-current=page]', { hasText: name }).waitFor({ state: 'attached' })
  }
  expect(faults).toEqual([])
})
