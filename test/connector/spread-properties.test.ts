/** Custom attributes as properties of their own, through the whole connector: events, profiles, limits and receipts. */
import { beforeAll, expect, test } from 'vitest'
import { getPath } from '../../runtime/lib/json.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { startConnector } from '../helpers/connector-harness.ts'
import { addAfter, loadChangedSpec } from '../helpers/spec/changed-spec.ts'

let spec: Spec
beforeAll(async () => {
  spec = await loadChangedSpec({
    'mappings/_ticket.yaml': addAfter('properties:', '  Ticket *: ticket_attributes'),
    'mappings/profile.yaml': addAfter('properties:', '  Intercom *: custom_attributes'),
  })
})

const CONTACT = '6960000000000000000000a1'

async function start(attributes: JsonObject) {
  const contact = {
    type: 'contact',
    id: CONTACT,
    role: 'user',
    email: 'ada@mail.sandbox-shop.com',
    updated_at: 1_768_000_000,
    custom_attributes: attributes,
  }
  const intercept = (request: Request) =>
    request.url.endsWith(`/contacts/${CONTACT}`) ? Response.json(contact) : undefined
  return { contact, ...(await startConnector({ intercept, connector: { settings: { spec } } })) }
}

const createTicket = (created_at: number, ticket_attributes: JsonObject): JsonObject => ({
  type: 'ticket',
  id: '1',
  ticket_id: '9',
  created_at,
  ticket_attributes,
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: CONTACT }] },
})

test('an event and its profile carry each attribute, and the shipped object as before', async () => {
  const { notify, work, klaviyo, clock, store } = await start({ plan: 'pro', seats: 0, address: { city: 'Cork' } })
  const attributes = { Size: 'M', _default_title_: 'Wrong size', orders: [{ id: 1 }] }
  await notify('ticket.created', createTicket(clock.now() / 1000, attributes))
  await work()
  const [event] = klaviyo.events()
  expect(event?.properties).toMatchObject({
    'Ticket Size': 'M',
    'Ticket _default_title_': 'Wrong size',
    'Ticket Name': 'Wrong size',
  })
  expect(event?.profile.properties).toMatchObject({
    'Intercom plan': 'pro',
    'Intercom seats': 0,
    'Intercom address city': 'Cork',
    Intercom_custom_attributes: { plan: 'pro', seats: 0, address: { city: 'Cork' } },
  })
  const [entry] = await store.trace('sandbox1:created-ticket:1')
  expect(entry?.outcome?.events[0]?.receipt?.changes).toEqual([
    { field: 'properties.Ticket orders', action: 'omitted', reason: 'nested too deeply for a property' },
  ])
})

test('a profile update tells what it leaves out', async () => {
  const { notify, work, klaviyo, contact, store } = await start({ plan: 'pro', history: { deep: { er: 1 } } })
  await notify('contact.user.updated', contact)
  await work()
  expect(getPath(klaviyo.profile(contact.email)?.attributes as Json, 'properties')).toMatchObject({
    'Intercom plan': 'pro',
  })
  const found = await store.trace(CONTACT)
  expect(
    found.flatMap(({ outcome }) => outcome?.events.flatMap(({ receipt }) => receipt?.changes ?? []) ?? []),
  ).toEqual([
    {
      field: 'profile.properties.Intercom history deep',
      action: 'omitted',
      reason: 'nested too deeply for a property',
    },
  ])
})

test('over the number of properties, attributes are left out from the end of the alphabet', async () => {
  const { notify, work, klaviyo, clock, store } = await start({})
  const names = Array.from({ length: 420 }, (_, i) => `a${String(i).padStart(3, '0')}`)
  await notify(
    'ticket.created',
    createTicket(clock.now() / 1000, Object.fromEntries(names.reverse().map((name) => [name, 1]))),
  )
  await work()
  const sent = Object.keys(klaviyo.events()[0]?.properties ?? {})
  expect(sent.length).toBe(400)
  expect(sent).toContain('Ticket a000')
  expect(sent).not.toContain('Ticket a419')
  const [entry] = await store.trace('sandbox1:created-ticket:1')
  expect(entry?.outcome?.events[0]?.receipt?.changes?.length).toBe(21)
})
