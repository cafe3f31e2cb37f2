/** `value` and `currency` of a metric through the whole connector: live, from history, and in a preview. */
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../runtime/ports/types.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'
import { addAfter, loadChangedSpec } from '../helpers/spec/changed-spec.ts'

let spec: Spec
beforeAll(async () => {
  const worth = 'value: ticket_attributes."Order value"\ncurrency: ticket_attributes.Currency'
  spec = await loadChangedSpec({ 'mappings/created-ticket.yaml': addAfter('contact:', worth) })
})

const createTicket = (id: string, contact: string, created_at: number, attributes: JsonObject): JsonObject => ({
  type: 'ticket',
  id,
  ticket_id: id,
  created_at,
  ticket_attributes: attributes,
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
})

test('live: a number with its currency, and a wrong value is told while its event arrives', async () => {
  const { notify, work, klaviyo, intercom, clock, store } = await startConnector({ connector: { settings: { spec } } })
  const { id } = await findContactWithEmail(intercom)
  const now = clock.now() / 1000
  await notify('ticket.created', createTicket('1', id, now, { 'Order value': '99.90', Currency: 'EUR' }), { id: 'n1' })
  await notify('ticket.created', createTicket('2', id, now, { 'Order value': 'much', Currency: 'EUR' }), { id: 'n2' })
  await notify('ticket.created', createTicket('3', id, now, {}), { id: 'n3' })
  await work()
  expect(klaviyo.events().map(({ key, value, currency }) => ({ key, value, currency }))).toEqual([
    { key: 'sandbox1:created-ticket:1', value: 99.9, currency: 'EUR' },
    { key: 'sandbox1:created-ticket:2', value: undefined, currency: undefined },
    { key: 'sandbox1:created-ticket:3', value: undefined, currency: undefined },
  ])
  const [entry] = await store.trace('sandbox1:created-ticket:2')
  expect(entry?.outcome?.events[0]?.receipt?.changes).toEqual([
    { field: 'value', action: 'omitted', reason: 'not a number' },
  ])
})

test('history carries the value, too', async () => {
  const { connector, clock, klaviyo } = await startConnector({
    connector: {
      settings: { spec: await loadChangedSpec({ 'mappings/created-ticket.yaml': addAfter('contact:', 'value: "7"') }) },
    },
  })
  const read = async () => {
    for await (const { phase } of connector.backfill({
      signal: new AbortController().signal,
      only: ['Created Ticket'],
    }))
      if (phase === 'done') return
  }
  await clock.until(read())
  const events = klaviyo.events()
  expect(events.length).toBeGreaterThan(20)
  expect(new Set(events.map(({ value, backfill }) => `${value} ${backfill.event}`))).toEqual(new Set(['7 true']))
})

test('a preview shows the value, and notes one that is left out', async () => {
  const { connector, intercom, clock } = await startConnector({ connector: { settings: { spec } } })
  const contact = await findContactWithEmail(intercom)
  const preview = (value: string) =>
    connector.preview({
      topic: 'ticket.created',
      data: createTicket('1', contact.id, clock.now() / 1000, { 'Order value': value, Currency: 'EUR' }),
      lookups: { contact: [contact] },
    })
  const right = await preview('12.5')
  expect(right.items).toMatchObject([{ metric: 'Created Ticket', value: 12.5, currency: 'EUR' }])
  expect(right.bodies).toMatchObject([{ data: { attributes: { value: 12.5, value_currency: 'EUR' } } }])
  const wrong = await preview('12,5')
  expect(wrong.items[0]).not.toHaveProperty('value')
  expect(wrong.notes).toContainEqual(expect.stringContaining('value'))
})
