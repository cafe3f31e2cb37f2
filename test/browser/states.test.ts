/** Every page of a connector that has done nothing yet, imports, is cut off from a side, or holds 100,000 records: accessible, and fits each screen. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterEach, expect, inject } from 'vitest'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { sqliteStore } from '../../runtime/store/sqlite/store.ts'
import { INTERCOM, KLAVIYO } from '../helpers/auth.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { pagesOf } from './all-pages.ts'
import { type AppUnderTest, startApp } from './app-under-test.ts'
import { startImportingApp } from './importing-app.ts'
import { addManyRecords } from './many-records.ts'
import { accessibilityViolations, inBrowser, openDetails, openPage, overflowAtWidths } from './page-helpers.ts'
import { ruleViolations } from './page-rules.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const STATES: Readonly<Record<string, () => Promise<AppUnderTest>>> = {
  'after setup': () => startApp(closing, { conversations: 5, tickets: 5 }),
  async 'during an import'() {
    const { app, begin } = await startImportingApp(closing)
    const browser = await chromium.connect(inject('browser'))
    await begin(browser)
    await browser.close()
    return app
  },
  'while Klaviyo does not answer': () => startTroubled(KLAVIYO, async () => unavailable()),
  'while Intercom does not answer': () => startTroubled(INTERCOM, async () => unavailable()),
  'with a key that Klaviyo rejects': () => startTroubled(KLAVIYO, rejected),
  'with a token that Intercom rejects': () => startTroubled(INTERCOM, rejected),
  async 'while both accounts are disconnected'() {
    const app = await startApp(closing, { conversations: 5, tickets: 5 })
    await rateOne(app, '8001')
    await app.clock.until(app.connections.setup.disconnect(new AbortController().signal))
    return app
  },
  async 'with 100,000 records'() {
    const clock = virtualClock()
    const folder = mkdtempSync(join(tmpdir(), 'many-'))
    const store = await sqliteStore(join(folder, 'store.db'), { clock })
    closing.add(store, async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    })
    await addManyRecords(store, clock.now())
    return startApp(closing, { conversations: 5, tickets: 5, store: { clock, store } })
  },
}

const unavailable = () => Response.json({}, { status: 503 })

async function rejected({ url }: Request): Promise<Response> {
  return new URL(url).pathname === '/oauth/token'
    ? Response.json({ error: 'invalid_grant' }, { status: 400 })
    : Response.json({ errors: [{ code: 'not_authenticated', detail: 'not valid' }] }, { status: 401 })
}

async function rateOne(app: AppUnderTest, id: string): Promise<void> {
  const [person] = await app.people()
  if (person !== undefined) await app.rate(id, person)
  await app.work()
}

/** One event is sent; then a side answers otherwise to every request, and another event comes. */
async function startTroubled(side: string, answer: (request: Request) => Promise<Response>): Promise<AppUnderTest> {
  let inTrouble = false
  const instead = async (request: Request) => (inTrouble && request.url.startsWith(side) ? answer(request) : undefined)
  const app = await startApp(closing, { conversations: 5, tickets: 5, instead })
  await rateOne(app, '8001')
  const [person] = await app.people()
  inTrouble = true
  // Of a contact that is not in the cache, where Intercom is needed for it.
  if (person !== undefined) await app.rate('8002', side === INTERCOM ? { ...person, id: `${person.id}0` } : person)
  await app.work(10 * 60_000)
  expect((await app.store.events({ limit: 1, status: 'delivered' })).length).toBe(1)
  expect((await app.store.findEvents({ limit: 1, status: 'deferred' })).length).toBe(1)
  return app
}

inBrowser.each(Object.keys(STATES))(
  '%s',
  async (state) => {
    const app = await STATES[state]?.()
    if (app === undefined) throw new Error('no such state')
    const { page, faults } = await openPage(closing, { timezoneId: 'Asia/Tokyo' }, [404])
    // 1,000 events of 100,000 records are mapped again.
    page.setDefaultNavigationTimeout(60_000)
    const wrong: string[] = []
    const pages = await pagesOf(app)
    // At a first visit the zone of the viewer is unknown: times are in UTC, and say so.
    await app.during(page.goto(pages[0]?.url ?? app.url))
    for (const { name, url } of pages) {
      await app.during(page.goto(url))
      wrong.push(...(await ruleViolations(page, name)))
      await openDetails(page)
      wrong.push(...(await accessibilityViolations(page)).map((violation) => `${name}: ${violation}`))
      wrong.push(...(await overflowAtWidths(page)).map((overflow) => `${name}: ${overflow}`))
    }
    expect(wrong).toEqual([])
    expect(faults).toEqual([])
  },
  300_000,
)
