/** Every page, by day, by night and on a phone: nothing that keeps somebody out, nothing that runs off the screen. */
import { afterAll, beforeAll, expect } from 'vitest'
import { closers } from '../helpers/processes.ts'
import { barriers, inBrowser, sideways, visitor } from './page-helpers.ts'
import { places } from './places.ts'

const closing = closers()
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }

let found: Awaited<ReturnType<typeof places>>
beforeAll(async () => {
  found = await places(closing, { days: 1 })
})
afterAll(() => closing.close())

inBrowser.each([
  ['by day', { colorScheme: 'light' }],
  ['by night', { colorScheme: 'dark' }],
  ['on a phone', PHONE],
] as const)(
  '%s the accessibility checker has no serious complaint, and nothing is wider than the screen',
  async (_, screen) => {
    const { page, faults } = await visitor(closing, screen, [404])
    const wrong: string[] = []
    for (const { name, url } of found.places) {
      await found.lived.during(page.goto(url))
      // What is folded away must hold as well.
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
      wrong.push(...(await barriers(page)).map((barrier) => `${name}: ${barrier}`))
      const more = await sideways(page)
      if (more > 0) wrong.push(`${name}: ${more} pixels wider than the screen`)
    }
    expect(wrong).toEqual([])
    expect(faults).toEqual([])
  },
)

inBrowser('on a phone the menu opens at a touch and leads to each page', async () => {
  const { page, faults } = await visitor(closing, PHONE)
  await page.goto(found.lived.url)
  for (const name of ['Import', 'Find', 'Dead letters', 'Use it', 'Set up', 'Overview']) {
    await page.locator('summary', { hasText: 'Menu' }).tap()
    await found.lived.during(page.getByRole('link', { name, exact: true }).tap())
    await page.locator('nav a[aria-current=page]', { hasText: name }).first().waitFor({ state: 'attached' })
  }
  expect(faults).toEqual([])
})
