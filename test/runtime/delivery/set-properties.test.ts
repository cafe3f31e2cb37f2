/** Profile properties that events set, through the whole connector: of two events the later one counts, in any order. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../runtime/ports/types.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'
import { addAfter, loadChangedSpec } from '../../helpers/spec/changed-spec.ts'

const OPEN = 'Has Open Ticket'
const CONTACT = '6960000000000000000000a1'
const EMAIL = 'ada@mail.sandbox-shop.com'

let spec: Spec
beforeAll(async () => {
  const created = `profile:\n  ${OPEN}: "true"\n  Last Ticket: ticket_id`
  spec = await loadChangedSpec({
    'mappings/created-ticket.yaml': addAfter('contact:', created),
    'mappings/resolved-ticket.yaml': addAfter('contact:', `profile: { ${OPEN}: "false" }`),
  })
})

async function start(options: HarnessOptions = {}) {
  const contact = { type: 'contact', id: CONTACT, role: 'user', email: EMAIL, updated_at: 1_768_000_000 }
  const intercept = (request: Request) =>
    request.url.endsWith(`/contacts/${CONTACT}`) ? Response.json(contact) : options.intercept?.(request)
  const harness = await startConnector({
    ...options,
    intercept,
    connector: { settings: { spec }, ...options.connector },
  })
  const { notify, klaviyo, clock } = harness
  const begin = Math.floor(clock.now() / 1000)
  let notices = 0
  const createItem = (id: string, created_at: number, parts: readonly JsonObject[] = []): JsonObject => ({
    type: 'ticket',
    id,
    ticket_id: id,
    created_at,
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: CONTACT }] },
    ticket_parts: { type: 'ticket_part.list', total_count: parts.length, ticket_parts: parts },
  })
  return {
    ...harness,
    contact,
    createItem,
    /** `at`: seconds after the start of the test. */
    created: (id: string, at: number) => notify('ticket.created', createItem(id, begin + at), { id: `n${++notices}` }),
    resolved: (id: string, at: number) => {
      const part = {
        type: 'ticket_part',
        id: `p${id}`,
        part_type: 'ticket_state_updated_by_admin',
        created_at: begin + at,
      }
      const parts = [{ ...part, ticket_state: 'resolved', previous_ticket_state: 'submitted' }]
      return notify('ticket.state.updated', createItem(id, begin - 500, parts), { id: `n${++notices}` })
    },
    properties: () => (klaviyo.profile(EMAIL)?.attributes.properties ?? {}) as JsonObject,
    /** In the order of their arrival: the key without the workspace, and what the event set. */
    sets: () =>
      klaviyo.events().map(({ key, profile }) => [key?.split(':')[1], (profile.properties as JsonObject)?.[OPEN]]),
  }
}

test('a live event sets them beside the attributes of the profile', async () => {
  const { created, work, properties } = await start()
  await created('1', -10)
  await work()
  expect(properties()).toMatchObject({ [OPEN]: true, 'Last Ticket': '1', 'Contact Role': 'user' })
})

describe('of two events, the later one counts', () => {
  test('in their order', async () => {
    const { created, resolved, work, properties } = await start()
    await created('1', -20)
    await work()
    await resolved('1', -10)
    await work()
    expect(properties()).toMatchObject({ [OPEN]: false, 'Last Ticket': '1' })
  })

  test('when the older one arrives later: what only that one sets is set', async () => {
    const { created, resolved, work, properties, sets } = await start()
    await resolved('1', -10)
    await work()
    await created('2', -20)
    await work()
    expect(properties()).toMatchObject({ [OPEN]: false, 'Last Ticket': '2' })
    expect(sets()).toEqual([
      ['resolved-ticket', false],
      ['created-ticket', undefined],
    ])
  })

  test('when both are sent at once', async () => {
    const { created, resolved, work, properties } = await start()
    await resolved('1', -10)
    await created('2', -20)
    await resolved('3', -30)
    await created('4', -40)
    await work()
    expect(properties()).toMatchObject({ [OPEN]: false, 'Last Ticket': '2' })
  })

  test('after a restart, whose memory is the store', async () => {
    const first = await start()
    await first.resolved('1', -10)
    await first.work()
    const { store, clock } = first
    const second = await start({ clock, connector: { settings: { spec }, store } })
    await second.created('2', -20)
    await second.work()
    expect(second.sets()).toEqual([['created-ticket', undefined]])
    expect(second.properties()).toMatchObject({ 'Last Ticket': '2' })
  })

  test('when the answer to the later one fails first', async () => {
    let failures = 1
    const { created, resolved, work, properties } = await start({
      intercept: (request) =>
        request.url.endsWith('/api/events') && failures-- > 0 ? new Response('', { status: 503 }) : undefined,
    })
    await resolved('1', -10)
    await created('2', -20)
    await work(60_000)
    expect(properties()).toMatchObject({ [OPEN]: false, 'Last Ticket': '2' })
  })
})

test('an event of the day before yesterday is history, and sets none', async () => {
  const { resolved, work, sets, klaviyo, properties } = await start()
  await resolved('1', -2 * 86_400)
  await work()
  expect(klaviyo.events().map(({ backfill }) => backfill.event)).toEqual([true])
  expect(sets()).toEqual([['resolved-ticket', undefined]])
  expect(properties()).not.toHaveProperty(OPEN)
})

test('an import sets none', async () => {
  const { connector, clock, klaviyo } = await startConnector({ connector: { settings: { spec } } })
  const read = async () => {
    for await (const { phase } of connector.backfill({ signal: new AbortController().signal }))
      if (phase === 'done') return
  }
  await clock.until(read())
  const resolved = klaviyo.events().filter(({ metric }) => metric === 'Resolved Ticket')
  expect(resolved.length).toBeGreaterThan(5)
  expect(resolved.every(({ profile }) => !('properties' in profile))).toBe(true)
})

test('a change of the contact leaves them as they are', async () => {
  const { created, notify, work, contact, properties } = await start()
  await created('1', -10)
  await work()
  await notify('contact.user.updated', { ...contact, name: 'Ada', updated_at: 1_768_000_100 })
  await work()
  expect(properties()).toMatchObject({ [OPEN]: true })
})

test('a preview shows them', async () => {
  const { connector, createItem, contact } = await start()
  const data = createItem('1', 1_768_000_000)
  const { items } = await connector.preview({ topic: 'ticket.created', data, lookups: { contact: [contact] } })
  expect(items).toMatchObject([
    { metric: 'Created Ticket', profile: { properties: { [OPEN]: true, 'Last Ticket': '1' } } },
  ])
})

test('metrics that set none ask the store for nothing more', async () => {
  const { contact, createItem, store, notify, work } = await start()
  let reads = 0
  const { readContacts } = store
  store.readContacts = (contacts) => {
    reads++
    return readContacts.call(store, contacts)
  }
  await notify('ticket.contact.replied', {
    type: 'ticket_ticket_part',
    ticket: createItem('1', 1_768_000_000),
    ticket_part: {
      id: 'p',
      part_type: 'comment',
      created_at: Math.floor(Date.now() / 1000),
      author: { type: 'user', id: contact.id },
    },
  })
  await work()
  expect(reads).toBeLessThanOrEqual(1)
})
