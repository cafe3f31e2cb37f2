/** The page of a metric with a value, profile properties and spread attributes: its mapping, and an event of it. */
import { expect, test } from 'vitest'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'
import { reveal } from '../../helpers/reveal.ts'
import { addAfter, loadChangedSpec } from '../../helpers/spec/changed-spec.ts'

test('shows the expressions, and what an event was sent with', async () => {
  const added = [
    'value: ticket_attributes.total',
    `currency: '"EUR"'`,
    'profile: { Has Open Ticket: "true" }',
    'properties: { Ticket *: ticket_attributes }',
  ]
  const spec = await loadChangedSpec({ 'mappings/created-ticket.yaml': addAfter('contact:', added.join('\n')) })
  const shop = await openConsoleWithConnector({}, { connector: { settings: { spec } } })
  const { id } = await findContactWithEmail(shop.intercom)
  await shop.notify('ticket.created', {
    type: 'ticket',
    id: '1',
    created_at: Math.floor(shop.clock.now() / 1000) - 5,
    ticket_attributes: { total: '12.50', Size: 'M' },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id }] },
  })
  await shop.work(2_000)
  const [event] = await shop.store.events({ metric: 'Created Ticket', limit: 1 })
  const client = shop.browser()
  const page = `${await reveal(client, event?.seq, event?.id)}${await client.text('/metric/Created%20Ticket')}`
  const text = page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
  expect(text).toMatch(/Value Value 12\.5 Currency EUR/)
  expect(text).toContain('Ticket Size M')
  expect(text).toMatch(/properties\.Has Open Ticket true/)
  expect(text).toMatch(/Profile properties set by live events Property Expression Has Open Ticket true/)
  expect(text).toMatch(/Value of an event Property Expression Value ticket_attributes\.total/)
})

test('of a metric without them has one table only', async () => {
  const shop = await openConsoleWithConnector()
  const page = await shop.browser().text('/metric/Created%20Ticket')
  expect(page).toContain('Properties <span')
  expect(page).not.toContain('Profile properties')
  expect(page).not.toContain('of an event</span>')
})
