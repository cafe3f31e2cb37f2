/** The page of all tenants: who sees it, what it links to, pages, search, and a store that fails. */
import { expect, test } from 'vitest'
import { createTenantsConsole, type TenantsConsoleOptions } from '../../../runtime/console/index.ts'
import type { LogFields } from '../../../runtime/ports/effects.ts'
import type { TenantQuery, TenantSummary } from '../../../runtime/ports/tenant-search.ts'
import { systemClock } from '../../../runtime/system.ts'

const at = Date.parse('2026-03-02T10:00:00Z')

/** A search that finds the tenants, in their order, and notes what it was asked for. */
function createPage(tenants: readonly TenantSummary[], rest: Partial<TenantsConsoleOptions> = {}) {
  const asked: TenantQuery[] = []
  const logged: string[] = []
  const line = (message: string, fields?: LogFields) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const { fetch } = createTenantsConsole({
    app: { name: 'shop <b>', version: '1.2.3' },
    clock: systemClock,
    logger: { debug: line, info: line, warn: line, error: line },
    base: '/ops/tenants/',
    visitor: () => ({ id: 'u1', name: 'Ada <i>' }),
    tenants: {
      async findTenants(query) {
        asked.push(query)
        const counts = { stopped: 1, degraded: 0, unknown: 0, healthy: 120 }
        return { tenants: tenants.slice(query.offset, query.offset + query.limit), counts }
      },
    },
    ...rest,
  })
  const get = (path: string, init?: RequestInit) => fetch(new Request(new URL(path, 'https://app.example'), init))
  return { get, text: async (path: string) => (await get(path)).text(), asked, logged }
}

const STOPPED: TenantSummary = {
  ...{ tenant: 'shop-<7>', state: 'stopped', stateSince: at, problems: ['credentials-rejected', 'webhooks-silent'] },
  ...{ owner: '12 on web-1', ownedSince: at, waiting: 1_234, oldestWaiting: at, lastEventAt: at },
}
const IDLE: TenantSummary = { tenant: 'shop-8', state: 'healthy', stateSince: at, problems: [], waiting: 0, nextAt: at }

test('a row says state, worst problem, process, what waits and the last event, and links to the console', async () => {
  const { text } = createPage([STOPPED, IDLE], { tenantUrl: (tenant) => `/t/${encodeURIComponent(tenant)}` })
  const page = await text('/ops/tenants')
  expect(page).toContain('<a href="/t/shop-%3C7%3E">shop-&lt;7&gt;</a>')
  expect(page).toContain('Credentials rejected, and 1 more problem')
  expect(page).toContain('12 on web-1')
  expect(page).toContain('1,234')
  expect(page).toContain('none now, next at')
  expect(page).toContain('Ada &lt;i&gt;')
  expect(page).not.toMatch(/<b>|<i>|<7>/)
  expect(await createPage([IDLE]).text('/ops/tenants')).not.toContain('/t/')
})

test('pages, states and the search are addresses below the base, and go together', async () => {
  const many = Array.from({ length: 121 }, (_, i) => ({ ...IDLE, tenant: `shop-${i}` }))
  const { text, asked } = createPage(many)
  const second = await text('/ops/tenants/?search=shop&state=healthy&page=2')
  expect(asked).toEqual([{ search: 'shop', state: 'healthy', offset: 50, limit: 50 }])
  expect(second).toContain('href="/ops/tenants/?search=shop&amp;state=healthy"')
  expect(second).toContain('href="/ops/tenants/?search=shop&amp;state=healthy&amp;page=3"')
  expect(second).toContain('Page 2 of 3')
  expect(await text('/ops/tenants/?page=3')).not.toContain('rel="next"')
  await text('/ops/tenants/?page=-4&state=nonsense')
  expect(asked.at(-1)).toEqual({ search: '', state: undefined, offset: 0, limit: 50 })
})

test('whom the host does not know is refused, and a response of the host is sent as it is', async () => {
  const refused = createPage([STOPPED], { visitor: () => undefined })
  const answer = await refused.get('/ops/tenants/')
  expect([answer.status, refused.asked]).toEqual([403, []])
  expect(await answer.text()).not.toContain('shop-')
  const redirected = createPage([], { visitor: async () => Response.redirect('https://login.example/', 303) })
  expect((await redirected.get('/ops/tenants')).headers.get('location')).toBe('https://login.example/')
})

test('no other site shows it in a frame, unless the host says which; no cache keeps it', async () => {
  const { headers } = await createPage([]).get('/ops/tenants/')
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('cache-control')).toBe('no-store')
  const framed = await createPage([], { frameAncestors: ['https://app.example'] }).get('/ops/tenants/')
  expect(framed.headers.get('content-security-policy')).toContain('frame-ancestors https://app.example')
  expect(() => createPage([], { frameAncestors: ['no origin'] })).toThrow(TypeError)
})

test('without tenants, and with none that match, it says so', async () => {
  const none = {
    findTenants: async () => ({ tenants: [], counts: { stopped: 0, degraded: 0, unknown: 0, healthy: 0 } }),
  }
  expect(await createPage([], { tenants: none }).text('/ops/tenants')).toContain('No tenant yet.')
  const page = await createPage([], { tenants: none }).text('/ops/tenants?search=x')
  expect(page).toContain('No tenant matches.')
  expect(page).toContain('href="/ops/tenants/"')
})

test('a store that fails is a message of the page and a line of the log; other paths are not found', async () => {
  const failing = createPage([], {
    tenants: { findTenants: async () => Promise.reject(new Error('password=hunter2')) },
  })
  const answer = await failing.get('/ops/tenants/')
  expect([answer.status, failing.logged.length]).toEqual([500, 1])
  expect(await answer.text()).not.toContain('hunter2')
  expect((await failing.get('/ops/tenants/other')).status).toBe(404)
  expect((await failing.get('/ops/tenants/assets/style.css')).status).toBe(200)
})
