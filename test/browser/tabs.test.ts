/** Several tabs, a line that is gone, a hand that is quicker than the line: what a page does when it is not alone. */
import type { Page } from 'playwright-core'
import { afterEach, expect } from 'vitest'
import { closers } from '../helpers/processes.ts'
import { house } from './app-under-test.ts'
import { inBrowser, visitor } from './page-helpers.ts'
import { furnished } from './seed-store.ts'

const closing = closers()
afterEach(() => closing.close())

const isLive = (page: Page) => page.getByText('Live', { exact: true }).isVisible()

/** How often a page has asked for this. */
function asked(page: Page, method: string, path: string) {
  let times = 0
  page.on('request', (request) => {
    if (request.method() === method && new URL(request.url()).pathname === path) times++
  })
  return () => times
}

inBrowser('a seventh tab of one browser opens, and is live when others have gone', async () => {
  const it = await house(closing, { conversations: 5 })
  const { page, faults } = await visitor(closing, {}, [503])
  const tabs = [page]
  while (tabs.length < 7) tabs.push(await page.context().newPage())
  const last = tabs[6] as Page
  await last.clock.install()
  for (const tab of tabs) {
    const listens = asked(tab, 'GET', '/events')
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

inBrowser('a page whose connection has gone without a word listens anew', async () => {
  const it = await house(closing, { conversations: 5 })
  const { page, faults } = await visitor(closing)
  await page.clock.install()
  const listens = asked(page, 'GET', '/events')
  await page.goto(it.url)
  await it.until('it is live', () => isLive(page))
  expect(listens()).toBe(1)
  // The time of the house stands still, so that nothing comes.
  await page.clock.fastForward(41_000)
  await it.until('it listens anew', async () => listens() === 2 && (await isLive(page)))
  expect(faults).toEqual([])
})

inBrowser('a page that may not listen any more leads to the log-in', async () => {
  const it = await house(closing, { conversations: 5, password: 'correct horse battery' })
  const { page } = await visitor(closing, {}, [401])
  await page.clock.install()
  await page.goto(it.url)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Log in' }).click()
  await it.until('it is live', () => isLive(page))
  // As after a restart with another key.
  await page.context().clearCookies()
  await page.clock.fastForward(41_000)
  await page.getByRole('heading', { name: 'Log in' }).waitFor()
  expect(page.url()).toBe(`${it.url}log-in?next=%2F`)
})

inBrowser('both sides let go in one tab: the others show it', async () => {
  const it = await house(closing, { conversations: 5 })
  const { page, faults } = await visitor(closing)
  const [overview, setUp] = [await page.context().newPage(), await page.context().newPage()]
  await overview.goto(it.url)
  await setUp.goto(`${it.url}set-up`)
  await setUp.getByText('Delivery is on.').waitFor()
  await it.until('they are live', async () => (await isLive(overview)) && (await isLive(setUp)))
  await page.goto(`${it.url}set-up/disconnect`)
  await page.getByRole('button', { name: 'Disconnect both sides' }).click()
  await it.during(page.getByText('Delivery has stopped.').waitFor())
  for (const tab of [overview, setUp])
    await it.until('it shows the set-up', () => tab.getByText('Both sides were disconnected.').isVisible())
  expect(faults).toEqual([])
})

inBrowser('a yes to a question that the page has moved on from is answered', async () => {
  const it = await furnished(closing, { days: 0 })
  const { page, faults } = await visitor(closing)
  await page.goto(`${it.url}dead-letters`)
  const refused = page.getByRole('article').filter({ hasText: 'klaviyo/invalid' })
  await refused.getByRole('button', { name: 'Send it again' }).click()
  await it.connector.store.replay('all')
  await it.until('it was sent', async () => (await refused.count()) === 0)
  await page.getByRole('dialog').getByRole('button', { name: 'Send it again' }).click()
  await page.getByText('None of them is a dead letter any more.').waitFor()
  expect(faults).toEqual([])
})

inBrowser('two clicks on a slow line send a form once', async () => {
  const it = await house(closing, { conversations: 5 })
  const { page, faults } = await visitor(closing)
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
  const sends = asked(page, 'POST', '/find')
  const { x = 0, y = 0 } = (await page.getByRole('button', { name: 'Find' }).boundingBox()) ?? {}
  for (let click = 0; click < 2; click++) {
    const sent = click === 0 ? page.waitForRequest((request) => request.method() === 'POST') : undefined
    await page.mouse.click(x + 9, y + 9)
    await sent
  }
  arrive()
  await page.getByText('Nothing is known of 77').waitFor()
  expect(sends()).toBe(1)
  expect(faults).toEqual([])
})
