/** The page of all tenants on a store of 120: accessible, as wide as the screen, readable without the script. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { listen } from '../../runtime/cli/server/listen.ts'
import { record } from '../../runtime/conformance/contracts/store/fixtures.ts'
import { createTenantsConsole } from '../../runtime/console/index.ts'
import { sqliteStores } from '../../runtime/store/sqlite/store.ts'
import { systemClock as clock, silentLogger } from '../../runtime/system.ts'
import { createCleanup } from '../helpers/processes/processes.ts'
import { displayFaults, inBrowser, openPage } from './page-helpers.ts'
import { ruleViolations } from './page-rules.ts'
import { missingLines, stuckParts } from './without-script.ts'

const closing = createCleanup()
let url: string
beforeAll(async () => {
  url = await startPage()
})
afterAll(() => closing.close())

const health = (state: string, ...problems: string[]) => ({
  name: 'health',
  value: { state, since: clock.now() - 3_600_000, problems: Object.fromEntries(problems.map((code) => [code, 1])) },
})

async function startPage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tenants-'))
  const stores = await sqliteStores(join(folder, 'store.db'), { clock })
  closing.add(stores, async () => {
    await stores.close()
    rmSync(folder, { recursive: true })
  })
  for (let i = 0; i < 120; i++) {
    const store = stores.of(`shop-${String(i).padStart(3, '0')}`)
    await store.append([record('a', { receivedAt: clock.now() - 60_000 })])
    if (i === 7) await store.writeCheckpoints([health('stopped', 'credentials-rejected')])
    else if (i === 70) await store.writeCheckpoints([health('degraded', 'events-failed', 'live-delayed')])
    else if (i > 2) await store.writeCheckpoints([health('healthy')])
  }
  const claims = stores.claims({ claimMs: 3_600_000 })
  const [broken = ''] = await claims.claim(60)
  await claims.setFault?.(broken, 'host/connector-failed')
  const { fetch } = createTenantsConsole({
    app: { name: 'Shops', version: '1.0.0' },
    ...{ tenants: stores, clock, logger: silentLogger, base: '/tenants' },
    visitor: () => ({ id: 'u1', name: 'Ada' }),
    tenantUrl: (tenant) => `/t/${tenant}`,
  })
  const listener = await listen({ host: '127.0.0.1', port: 0, fetch, clock })
  closing.add(listener, () => listener.drain(0))
  return new URL('/tenants/', listener.url).href
}

const names = (page: Page) => page.locator('tbody th').allTextContents()

inBrowser(
  'the page passes the accessibility checker, fits every screen and keeps to the rules, on each of its faces',
  async () => {
    const { page, faults } = await openPage(closing, { reducedMotion: 'reduce', timezoneId: 'Asia/Tokyo' })
    const wrong: string[] = []
    for (const face of ['', '?page=3', '?search=shop-07', '?state=stopped', '?search=none']) {
      await page.goto(`${url}${face}`)
      wrong.push(...(await ruleViolations(page, `tenants${face}`)))
      const found = await displayFaults(page)
      wrong.push(...found.map((fault) => `${face}: ${fault}`))
    }
    expect(wrong).toEqual([])
    expect(faults).toEqual([])
  },
)

inBrowser(
  'those that need attention come first; pages, states and the search lead to the others, also without the script',
  async () => {
    const { page } = await openPage(closing, { timezoneId: 'UTC' })
    await page.goto(url)
    await page.reload()
    const storageState = await page.context().storageState()
    const { page: plain, faults } = await openPage(closing, { javaScriptEnabled: false, storageState })
    await plain.goto(url)
    expect([await missingLines(page, plain), await stuckParts(plain)]).toEqual([[], []])
    expect((await names(plain)).slice(0, 3)).toEqual(['shop-000', 'shop-007', 'shop-070'])
    await plain.getByRole('link', { name: 'Next' }).click()
    expect(await names(plain)).toHaveLength(50)
    await plain.getByRole('link', { name: 'Stopped' }).click()
    expect(await names(plain)).toEqual(['shop-000', 'shop-007'])
    await plain.getByRole('link', { name: 'All' }).click()
    await plain.getByLabel('Name or part of it').fill('shop-11')
    await plain.getByRole('button', { name: 'Find' }).click()
    expect(await names(plain)).toHaveLength(10)
    expect(await plain.getByRole('link', { name: 'shop-110' }).getAttribute('href')).toBe('/t/shop-110')
    expect(faults).toEqual([])
  },
)

inBrowser('the address without the last slash is in the zone of the reader, too', async () => {
  const { page } = await openPage(closing, { timezoneId: 'Asia/Tokyo' })
  await page.goto(url)
  await page.goto(url.slice(0, -1))
  expect(await page.locator('body').getAttribute('data-zone')).toBe('Asia/Tokyo')
})
