/** Events that belong to no person: mapped, previewed and sent without a contact, where the destination takes them. */
import { expect, test } from 'vitest'
import { CapturingDestination } from '../../../runtime/conformance/engine/capturing-destination.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createConnector } from '../../../runtime/create-connector.ts'
import { createStaticAuth } from '../../../runtime/ports/auth.ts'
import type { OutgoingMessage } from '../../../runtime/ports/types.ts'
import { buildStreamRecord } from '../../../runtime/source/envelope.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

const NOW = Date.parse('2026-01-02T00:00:00Z')
const TICKET = { id: '7', team_id: 't1', title: 'Parcel', people: [{ id: 'p1' }], created_at: NOW / 1000 - 60 }

const METRIC = `metric: Opened Ticket
summary: A ticket was opened.
resource: ticket
from:
  webhook: { topics: [ticket.created] }
  stream: tickets
key: [opened-ticket, id]
time: created_at
skip:
  untitled: $not($exists(title))
  other-team: $team.name = "Returns"
include: [_ticket]
`

async function open() {
  const spec = await loadDeskSpec(
    {
      destination: {
        name: 'mail',
        host: 'https://mail.example.com',
        timeout: '30s',
        endpoints: { event: { path: '/events', windows: [{ limit: 10, interval: '1s' }] } },
        eventsWithoutPerson: true,
      },
      people: { onlyKnown: true, exclude: { domains: ['acme.com'] } },
    },
    { 'mappings/resolved-ticket.yaml': METRIC },
  )
  const clock = virtualClock(NOW)
  const requests: string[] = []
  const sent: OutgoingMessage[] = []
  const connector = createConnector({
    spec,
    source: {
      auth: createStaticAuth(() => ({ baseUrl: 'https://desk.example.com', headers: {} })),
      secrets: async () => [],
      explainError: () => ({}),
    },
    destination: new CapturingDestination((message) => {
      sent.push(message)
      return { message, changes: [] }
    }, spec.profile.identifiers),
    store: memoryStore({ clock }),
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      requests.push(pathname)
      if (pathname === '/me') return Response.json({ account: { id: 'harbour' } })
      return Response.json({
        teams: [
          { id: 't1', name: 'Parcels' },
          { id: 't2', name: 'Returns' },
        ],
      })
    },
    clock,
    random: () => 0.5,
    logger: silentLogger,
    runChecks: async function* () {},
  })
  const ticket = spec.resources.get('ticket')
  if (ticket === undefined) throw new Error('the spec has no ticket')
  const origin = { stream: 'tickets', resource: ticket, workspace: 'harbour' }
  const deliver = async (item: object) => {
    const record = await buildStreamRecord({ ...TICKET, ...item }, origin, { id: 'run', until: NOW }, NOW)
    return clock.until(connector.deliver({ ...record, ingress: 'replay', lane: 'live' }))
  }
  return { connector, deliver, requests, sent }
}

test('is sent with its lookups, and no person is asked for', async () => {
  const { deliver, requests, sent } = await open()
  expect(await deliver({})).toMatchObject({
    status: 'delivered',
    events: [{ metric: 'Opened Ticket', key: 'harbour:opened-ticket:7', status: 'delivered' }],
  })
  expect(sent).toHaveLength(1)
  expect(sent[0]).toMatchObject({ profile: {}, properties: { 'Ticket ID': '7', Team: 'Parcels' } })
  expect(sent[0]).not.toHaveProperty('contact')
  expect(requests).toEqual(['/me', '/teams'])
})

test.each([
  ['untitled', { title: '' }],
  ['other-team', { team_id: 't2' }],
])('is skipped by the rule %s', async (reason, item) => {
  const { deliver, sent } = await open()
  expect(await deliver(item)).toMatchObject({ events: [{ status: 'skipped', reason }] })
  expect(sent).toEqual([])
})

test('is previewed as it is sent', async () => {
  const { connector } = await open()
  const { items } = await connector.preview({ stream: 'tickets', data: TICKET })
  expect(items).toMatchObject([{ metric: 'Opened Ticket', profile: {}, properties: { 'Ticket ID': '7' } }])
})
