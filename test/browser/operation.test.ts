/** Numbers, chart, coverage, webhooks and alerts: each leads to what it stands for. */
import { afterAll, beforeAll, expect } from 'vitest'
import { createCleanup } from '../helpers/processes/processes.ts'
import { inBrowser, openPage } from './page-helpers.ts'
import { startSeededApp } from './seed-store.ts'

const closing = createCleanup()
/** Links whose text is a number alone. */
const COUNTS = `[...document.querySelectorAll('main a[href*="/events?"]')]
  .map((one) => [one.getAttribute('href'), one.textContent]).filter(([, text]) => /^[\\d,]+$/.test(text))`

let it: Awaited<ReturnType<typeof startSeededApp>>
beforeAll(async () => {
  it = await startSeededApp(closing, { days: 0 })
})
afterAll(() => closing.close())

inBrowser('from each number and bar to its events, from a metric to its properties', async () => {
  const { page, faults } = await openPage(closing)
  const rows = page.locator('table.log tbody tr')
  for (const path of ['', 'metric/Created%20Ticket', 'history']) {
    await it.during(page.goto(it.url + path))
    const links = await page.evaluate<[string, string][]>(COUNTS)
    expect(links.length, path).toBeGreaterThan(0)
    for (const [href, count] of new Map(links)) {
      await it.during(page.goto(new URL(href, it.url).href))
      expect(`${href}: ${await rows.count()}`).toBe(`${href}: ${Math.min(50, Number(count.replace(',', '')))}`)
    }
  }

  await it.during(page.goto(`${it.url}webhooks`))
  await it.during(page.locator('#topics').getByRole('link', { name: 'Events of' }).first().click())
  await page.waitForURL(/\/events\?topic=/)
  await rows.first().waitFor()

  await it.during(page.goto(it.url))
  await it.during(page.getByRole('link', { name: '12 months' }).click())
  await it.during(page.locator('#chart a').last().click())
  await page.waitForURL(/\/events\?.*since=/)
  await rows.first().waitFor()

  // Enough of them to say never.
  const [person] = await it.people()
  for (let id = 905; person !== undefined && id < 912; id++) {
    await it.rate(`${id}`, person)
    await it.work(2_000)
  }
  await it.during(page.goto(`${it.url}metric/Rated%20Conversation`))
  await it.during(page.getByRole('main').getByRole('link', { name: 'Property coverage' }).click())
  const never = page.locator('tr:has(summary)').filter({ hasText: 'Never' }).first()
  await never.locator('summary').click()
  await never.locator('.marked').waitFor()
  expect(faults).toEqual([])
})

inBrowser('the address and topics of webhooks are copied, an alert is set up and tested', async () => {
  // A wrong address is answered 422.
  const { page, faults } = await openPage(closing, { permissions: ['clipboard-read', 'clipboard-write'] }, [422])
  const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
  await it.during(page.goto(`${it.url}webhooks`))
  await page.locator('button[data-copy]').first().click()
  expect(await copied()).toBe(`${it.url}webhooks/intercom`)
  await page.locator('#topic-list summary').click()
  await page.locator('#topic-list button').click()
  expect((await copied()).split('\n')).toContain('conversation.rating.added')
  await page.locator('tr', { hasText: 'conversation.rating.added' }).getByText('Received', { exact: true }).waitFor()

  await it.during(page.goto(`${it.url}alerts`))
  const save = async (urls: string) => {
    await page.locator('#urls').fill(urls)
    await it.during(page.locator('form[action="/alerts/save"] button').click())
  }
  await save('hooks.example.com')
  await page.locator('main > .message.bad').waitFor()
  await save('https://hooks.example.com/secret-path')
  await page.locator('main > .message.good').waitFor()
  expect(await page.content()).not.toContain('secret-path')
  await it.during(page.locator('form[action="/alerts/test"] button').click())
  await page.locator('main > .message.good').waitFor()
  expect(it.alerted).toHaveLength(1)
  expect(faults).toEqual([])
})
