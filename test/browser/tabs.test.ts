/** Several tabs, lost connections, double clicks, and pages that change under a dialog. */
import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { startApp } from './app-under-test.ts'
import { inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const isLive = (page: Page) => page.getByText('Live updates', { exact: true }).isVisible()

/** Counts the requests of a page. */
function countRequests(page: Page, method: string, path: string) {
  let times = 0
  page.on('request', (request) => {
    if (request.method() === method && new URL(request.url()).pathname === path) times++
  })
  return () => times
}

inBrowser('a seventh tab of one browser opens, and is live once others have closed', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page, faults } = await openPage(closing, {}, [503])
  const tabs = [page]
  while (tabs.length < 7) tabs.push(await page.context().newPage())
  const last = tabs[6] as Page
  await last.clock.install()
  for (const tab of tabs) {
    const listens = countRequests(tab, 'GET', '/changes')
    await tab.goto(it.url)
    await it.until('it listens', async () => listens() > 0)
  }
  expect(await isLive(last)).toBe(false)
  for (const tab of tabs.slice(1, 6)) await tab.close()
  await it.until('a connection is free', async () => {
    await last.clock.fastForward(10_000)
    return isLive(last)
  })
  expect(faults).toEqual([])
})

inBrowser('a page reconnects when its connection is lost silently', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page, faults } = await openPage(closing)
  await page.clock.install()
  const listens = countRequests(page, 'GET', '/changes')
  await page.goto(it.url)
  await it.until('it is live', () => isLive(page))
  expect(listens()).toBe(1)
  // The app's clock stands still, so no heartbeat arrives.
  await page.clock.fastForward(41_000)
  await it.until('it listens anew', async () => listens() === 2 && (await isLive(page)))
  expect(faults).toEqual([])
})

inBrowser('a page whose session is gone leads to the sign-in page', async () => {
  const it = await startApp(closing, { conversations: 5, password: 'correct horse battery' })
  const { page } = await openPage(closing, {}, [401])
  await page.clock.install()
  await page.goto(it.url)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await it.until('it is live', () => isLive(page))
  // As after a restart with another key.
  await page.context().clearCookies()
  await page.clock.fastForward(41_000)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(page.url()).toBe(`${it.url}log-in?next=%2F`)
})

inBrowser('both accounts disconnected in one tab: the others show it', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page, faults } = await openPage(closing)
  const [overview, setUp] = [await page.context().newPage(), await page.context().newPage()]
  await overview.goto(it.url)
  await setUp.goto(`${it.url}set-up`)
  await setUp.getByText('Events are delivered as they happen.').waitFor()
  await it.until('they are live', async () => (await isLive(overview)) && (await isLive(setUp)))
  await page.goto(`${it.url}set-up/disconnect`)
  await page.getByRole('button', { name: 'Disconnect both accounts' }).click()
  await it.during(page.getByText('Delivery has stopped.').waitFor())
  for (const tab of [overview, setUp])
    await it.until('it shows the set-up', () => tab.getByText('Both accounts are disconnected.').first().isVisible())
  expect(faults).toEqual([])
})

inBrowser('a confirmation is answered although the page has changed under it', async () => {
  const it = await startSeededApp(closing, { days: 0 })
  const { page, faults } = await openPage(closing)
  await page.goto(`${it.url}failed-events`)
  const refused = page.getByRole('article').filter({ hasText: 'klaviyo/invalid' })
  await refused.getByRole('button', { name: 'Retry this record' }).click()
  await it.connector.store.replay('all')
  await it.until('it was sent', async () => (await refused.count()) === 0)
  await page.getByRole('dialog').getByRole('button', { name: 'Retry this record' }).click()
  await page.getByText('Nothing to retry: these records are no longer failed.').waitFor()
  expect(faults).toEqual([])
})

inBrowser('a double click on a slow connection sends a form once', async () => {
  const it = await startApp(closing, { conversations: 5 })
  const { page, faults } = await openPage(closing)
  let arrive = () => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  await page.route('**/find', async (route) => {
    if (route.request().method() === 'POST') await arrived
    await route.continue()
  })
  await page.goto(`${it.url}find`)
  await page.getByRole('searchbox').fill('77')
  const sends = countRequests(page, 'POST', '/find')
  const { x = 0, y = 0 } = (await page.getByRole('button', { name: 'Find', exact: true }).boundingBox()) ?? {}
  for (let click = 0; click < 2; click++) {
    const sent = click === 0 ? page.waitForRequest((request) => request.method() === 'POST') : undefined
    await page.mouse.click(x + 9, y + 9)
    await sent
  }
  arrive()
  await page.getByText('No records of 77').waitFor()
  expect(sends()).toBe(1)
  expect(faults).toEqual([])
})
