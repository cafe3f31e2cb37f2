/** The frame of pages: what it announces, how often it renews itself, the zone of times, print, reduced motion. */
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
afterEach(() => closing.close())

inBrowser('a change of the state is announced to screen readers', async () => {
  let isRejecting = false
  const instead = async (request: Request) =>
    isRejecting && request.method === 'POST' && new URL(request.url).pathname === '/api/events'
      ? Response.json({ errors: [{ status: 400, code: 'invalid', detail: 'Invalid input.' }] }, { status: 400 })
      : undefined
  const it = await startApp(closing, { conversations: 5, instead })
  const { page, faults } = await openPage(closing)
  await page.goto(`${it.url}timeline`)
  await page.getByText('Live updates', { exact: true }).waitFor()
  const announced = page.locator('#announcements[role=status]')
  expect(await announced.textContent()).toBe('')
  const [person] = await it.people()
  isRejecting = true
  if (person) await it.rate('903', person)
  await it.until('it is announced', async () => (await announced.textContent())?.startsWith('Degraded: ') === true)
  expect(await page.locator('#health').getAttribute('class')).toBe('health warn')
  expect(await page.title()).toContain('Degraded: ')
  expect(faults).toEqual([])
})

inBrowser('a busy page loads sections that have changed, compressed, every three seconds at most', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page, faults } = await openPage(closing)
  const whole = (await (await page.goto(it.url))?.body())?.length ?? 0
  await page.getByText('Live updates', { exact: true }).waitFor()
  const renewals: { readonly encoding: string | undefined; readonly size: number }[] = []
  page.on('response', async (response) => {
    if (response.request().headers()['x-live'] === undefined) return
    const size = (await response.request().sizes()).responseBodySize
    renewals.push({ encoding: response.headers()['content-encoding'], size })
  })
  const [person] = await it.people()
  const start = Date.now()
  for (let id = 1; id <= 20; id++) {
    if (person) await it.rate(`${id}`, person)
    await it.work(1_000)
  }
  const row = page.getByRole('row', { name: /^Rated Conversation/ })
  await it.until('all are shown', () => row.getByText('20', { exact: true }).first().isVisible())
  const intervals = (Date.now() - start) / 3_000
  expect(renewals.length).toBeGreaterThan(0)
  expect(renewals.length).toBeLessThanOrEqual(Math.ceil(intervals) + 1)
  for (const { encoding, size } of renewals) {
    expect(encoding).toBe('gzip')
    expect(size).toBeLessThan(whole / 3)
  }
  expect(faults).toEqual([])
})

inBrowser('times are in the zone of the viewer, from the first visit on, and the frame names it', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const { page, faults } = await openPage(closing, { timezoneId: 'Asia/Tokyo' })
  const zone = page.locator('[data-zone-name]')
  const time = page.locator('#health time')
  await it.during(page.goto(it.url))
  const first = await time.textContent()
  expect(await zone.textContent()).toBe('Asia/Tokyo')
  expect(first).toMatch(/^(\d+ \w+, )?\d\d:\d\d:\d\d$/)
  expect(await time.getAttribute('title')).toMatch(/ UTC$/)
  // Now by the server, so without the script as well.
  const served = await (await it.during(page.request.get(it.url, { headers: { accept: 'text/html' } }))).text()
  expect(served).toContain('<span data-zone-name>Asia/Tokyo</span>')
  // The date depends on today, and the app has a clock of its own.
  expect(served).toContain(`${first?.slice(-8)}</time>`)
  expect(faults).toEqual([])
})

inBrowser('on paper there is the content, whole, and no control', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const { page } = await openPage(closing)
  await it.during(page.goto(`${it.url}segments-and-flows`))
  await page.emulateMedia({ media: 'print' })
  await page.setViewportSize({ width: 700, height: 900 })
  expect(await page.getByRole('navigation').count()).toBe(0)
  expect(await page.getByRole('button').count()).toBe(0)
  expect(await page.locator('details pre').first().isVisible()).toBe(true)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(700)
})

inBrowser('with reduced motion nothing moves', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page } = await openPage(closing, { reducedMotion: 'reduce' })
  await page.goto(it.url)
  await page.getByText('Live updates', { exact: true }).waitFor()
  expect(await page.evaluate('document.getAnimations().length')).toBe(0)
})

inBrowser('the menu opens by keyboard and closes with Escape', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page } = await openPage(closing, { viewport: { width: 375, height: 700 } })
  await page.goto(it.url)
  await page.getByRole('button', { name: 'Menu' }).focus()
  await page.keyboard.press('Enter')
  const link = page.getByRole('navigation').getByRole('link', { name: 'Timeline' })
  await link.waitFor()
  await page.keyboard.press('Escape')
  await link.waitFor({ state: 'hidden' })
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Menu')
})
