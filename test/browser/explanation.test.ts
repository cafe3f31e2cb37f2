/** The explanation of an event: by keyboard, without the script, on the narrowest phone, with text from right to left. */
import { afterEach, expect } from 'vitest'
import { Users } from '../../runtime/console/server/session/users.ts'
import { addToTimeline } from '../../runtime/timeline.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { type AppUnderTest, startApp } from './app-under-test.ts'
import { accessibilityViolations, horizontalOverflow, inBrowser, openDetails, openPage } from './page-helpers.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const HEBREW = 'שלום עולם, הזמנה 12'
const LONG = 'x'.repeat(300)

const ME = { app: { id_code: 'sandbox1', name: HEBREW, timezone: 'UTC' } }

async function startWithEvent(): Promise<AppUnderTest & { readonly eventUrl: string; readonly recordUrl: string }> {
  const instead = async ({ url }: Request) => (new URL(url).pathname === '/me' ? Response.json(ME) : undefined)
  const it = await startApp(closing, { conversations: 9, instead })
  const [person] = await it.people()
  if (person === undefined) throw new Error('no contact has an address')
  await it.rate('77', person, { title: HEBREW, custom_attributes: { [LONG]: 'a', [HEBREW]: LONG }, priority: LONG })
  await it.work(3_000)
  const [event] = await it.store.events({ metric: 'Rated Conversation', limit: 1 })
  return { ...it, eventUrl: `${it.url}events/${event?.id}`, recordUrl: `${it.url}records/${event?.seq}` }
}

inBrowser('opens by keyboard and without the script', async () => {
  const it = await startWithEvent()
  const { page, faults } = await openPage(closing, { javaScriptEnabled: false })
  await it.during(page.goto(it.eventUrl))
  const title = page.locator('.explained > div').filter({ hasText: 'Details of Title' })
  expect(await title.getByText('mappings/_conversation.yaml').isVisible()).toBe(false)
  await title.locator('summary').focus()
  await page.keyboard.press('Enter')
  expect(await title.getByText('mappings/_conversation.yaml').isVisible()).toBe(true)
  const missing = page.locator('.left-out').first()
  await missing.locator('summary').focus()
  await page.keyboard.press('Space')
  expect(await missing.getByText('team_assignee_id').isVisible()).toBe(true)
  expect(faults).toEqual([])
})

inBrowser('fits 320 pixels, and shows each value in its own direction', async () => {
  const it = await startWithEvent()
  const screens = [{}, { colorScheme: 'dark' }] as const
  for (const screen of screens) {
    const narrow = { viewport: { width: 320, height: 640 }, isMobile: true, ...screen }
    const { page, faults } = await openPage(closing, narrow)
    for (const url of [it.eventUrl, it.recordUrl]) {
      await it.during(page.goto(url))
      const reveal = page.getByRole('button', { name: 'Show personal data' })
      if (await reveal.isVisible()) {
        await it.during(reveal.click())
        await page.getByRole('button', { name: 'Hide personal data' }).waitFor()
      }
      await openDetails(page)
      expect(await horizontalOverflow(page)).toBe(0)
      expect(await accessibilityViolations(page)).toEqual([])
      const directions = await page.evaluate<string[]>(
        `[...document.querySelectorAll('.value')].filter((one) => one.textContent.includes('${HEBREW}')).map((one) => getComputedStyle(one).direction)`,
      )
      expect(directions[0]).toBe('rtl')
    }
    expect(faults).toEqual([])
  }
})

/** Texts of people that begin from right to left, in elements that do not. */
const WRONG_WAY = `(() => {
  const found = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const { data, parentElement: at } = walk.currentNode
    if (at.closest('.hidden') === null && /^\\s*[\\u0590-\\u05ff]/.test(data) && getComputedStyle(at).direction === 'ltr') found.push(at.outerHTML)
  }
  return found
})()`

inBrowser('gives each text that people wrote its own direction, on every page', async () => {
  const it = await startWithEvent()
  await new Users(it).invite('דנה', 'viewer')
  await addToTimeline(it.store, { at: it.clock.now(), kind: 'retry', text: '1 record queued for retry', by: 'דנה' })
  const { page, faults } = await openPage(closing)
  const pages = [
    it.eventUrl,
    it.recordUrl,
    ...['', 'events', 'find?ref=77', 'timeline', 'set-up', 'set-up/people'].map((path) => it.url + path),
  ]
  const wrong: string[] = []
  for (const url of pages) {
    await it.during(page.goto(url))
    wrong.push(...(await page.evaluate<string[]>(WRONG_WAY)).map((element) => `${url}: ${element}`))
  }
  expect(wrong).toEqual([])
  expect(faults).toEqual([])
})
