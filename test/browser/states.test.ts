/** Every page of a connector that has done nothing yet, imports, or holds 100,000 records: accessible, and fits each screen. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterEach, expect, inject } from 'vitest'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { sqliteStore } from '../../runtime/store/sqlite/store.ts'
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
