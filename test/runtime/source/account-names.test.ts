/** Webhooks that name the account otherwise than the API, or not at all: they are delivered, with the keys of history. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { CapturingDestination } from '../../../runtime/conformance/engine/capturing-destination.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createConnector } from '../../../runtime/create-connector.ts'
import { createStaticAuth } from '../../../runtime/ports/auth.ts'
import { deliveredKeys } from '../../../runtime/ports/ledger.ts'
import type { LeasedRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { DESK_WEBHOOK, loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

const SECRET = 'a-secret'
const NOW = Date.parse('2026-01-02T00:00:00Z')
const TICKET = {
  id: '7',
  people: [{ id: 'p1' }],
  parts: [{ id: '71', state: 'resolved', created_at: NOW / 1000 - 60 }],
}
const PERSON = { id: 'p1', email: 'ada@harbour-books.example' }

/** The account is harbour to the API, and 4711 to webhooks. */
async function fetch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/me') return Response.json({ account: { id: 'harbour', number: 4711 } })
  if (pathname === '/tickets/search') return Response.json({ tickets: [TICKET], total: 1 })
  return Response.json(pathname === '/people/p1' ? PERSON : { data: [PERSON], total: 1, teams: [] })
}

async function open(workspace: object, envelope: object) {
  const spec = await loadDeskSpec({
    source: {
      name: 'desk',
      hosts: { main: 'https://desk.example.com' },
      timeout: '30s',
      workspace: { request: { path: '/me' }, id: 'account.id', ...workspace },
      rateLimit: { windows: [{ limit: 100, interval: '10s' }] },
    },
    webhook: { ...DESK_WEBHOOK, envelope },
  })
  const clock = virtualClock(NOW)
  const store = memoryStore({ clock })
  const warnings: string[] = []
  const destination = new CapturingDestination((message) => ({ message, changes: [] }), spec.profile.identifiers)
  const connector = createConnector({
    spec,
    source: {
      auth: createStaticAuth(() => ({ baseUrl: 'https://desk.example.com', headers: {} })),
      secrets: async () => [SECRET],
      explainError: () => ({}),
    },
    destination,
    store,
    fetch,
    clock,
    random: () => 0.5,
    logger: { ...silentLogger, warn: (text) => void warnings.push(text) },
    runChecks: async function* () {},
  })
  const notify = async (account: unknown, id = 'n1') => {
    const body = JSON.stringify({ id, topic: 'ticket.state.updated', account, created_at: NOW / 1000, data: TICKET })
    const headers = { 'X-Signature': createHmac('sha256', SECRET).update(body).digest('hex') }
    const response = await connector.receive(
      new Request('https://c.example/webhooks/desk', { method: 'POST', body, headers }),
    )
    return response.status
  }
  /** The keys that leased records deliver. */
  const deliver = async (lane: 'live' | 'backfill') => {
    const records: readonly LeasedRecord[] = await store.lease({ lane, limit: 10, leaseMs: 1000 })
    const outcomes = await Promise.all(records.map((record) => connector.deliver(record)))
    await store.settle(records.flatMap((record, index) => ({ record, outcome: outcomes[index] ?? must() })))
    return outcomes.flatMap((outcome) => (outcome.status === 'skipped' ? [outcome.reason] : deliveredKeys(outcome)))
  }
  return { connector, clock, warnings, notify, deliver }
}

function must(): never {
  throw new Error('a record has no outcome')
}

const KEY = 'harbour:resolved-ticket:71'
const { workspace: _, ...unnamed } = DESK_WEBHOOK.envelope

test.each([
  ['names it by a number that the API knows', { inWebhooks: 'account.number' }, DESK_WEBHOOK.envelope, 4711],
  ['names it as the API does', {}, DESK_WEBHOOK.envelope, 'harbour'],
  ['does not name it', {}, unnamed, 4711],
])('a webhook that %s is delivered with the key of history', async (_, workspace, envelope, account) => {
  const { connector, notify, deliver } = await open(workspace, envelope)
  expect(await notify(account, 'before the account is known')).toBe(200)
  expect(await deliver('live')).toEqual([KEY])
  expect(await notify(account, 'after it')).toBe(200)
  expect(await deliver('live')).toEqual(['already-delivered'])
  expect(connector.webhookStats().lastVerified).toBeDefined()
})

test('a webhook of another account is not delivered, whichever of the names it lacks', async () => {
  const { notify, deliver } = await open({ inWebhooks: 'account.number' }, DESK_WEBHOOK.envelope)
  await notify(815)
  expect(await deliver('live')).toEqual(['foreign-workspace'])
  await notify(816, 'n2')
  expect(await deliver('live')).toEqual([])
})

test('webhooks that all name another account are logged with what the spec may lack', async () => {
  const { notify, deliver, warnings } = await open({}, DESK_WEBHOOK.envelope)
  await notify('harbour', 'n0')
  await deliver('live')
  const fresh = await open({}, DESK_WEBHOOK.envelope)
  await fresh.notify(4711)
  await fresh.deliver('live')
  await fresh.notify(4711, 'n2')
  expect(warnings).toEqual([])
  expect(fresh.warnings.join()).toContain('inWebhooks')
})
