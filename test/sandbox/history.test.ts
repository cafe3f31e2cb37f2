/** The generated history of the local Intercom: realistic and repeatable. */
import { describe, expect, test } from 'vitest'
import { type Answer, openIntercom, valueAt } from '../helpers/open-intercom.ts'

const ANY = { field: 'id', operator: '!=', value: 'none' }
const { call, searchAll } = openIntercom({ conversations: 1500, tickets: 800 })
const rows = {
  conversations: await searchAll('/conversations/search', ANY),
  tickets: await searchAll('/tickets/search', ANY),
  contacts: await searchAll('/contacts/search', ANY),
}

const parts = (it: Answer) => valueAt(it, 'ticket_parts.ticket_parts') as Answer[]
const firstPart = (it: Answer) => Number(valueAt(it, 'ticket_parts.ticket_parts.0.created_at'))
const contactsOf = (it: Answer) => valueAt(it, 'contacts.contacts') as Answer[]
const changesTo = (it: Answer, state: string) =>
  parts(it).filter((part) => part.ticket_state === state && part.previous_ticket_state !== state).length

// Each of these has broken a connector: the history must contain at least one.
test.each<[string, keyof typeof rows, (it: Answer) => boolean]>([
  ['no source', 'conversations', (it) => it.source === null],
  ['no source, and a silent contact', 'conversations', (it) => it.source === null && it.first_contact_reply === null],
  [
    'no source, and a contact who wrote',
    'conversations',
    (it) => it.source === null && it.first_contact_reply !== null,
  ],
  [
    "a bot's message with an answer",
    'conversations',
    (it) => valueAt(it, 'source.author.type') === 'bot' && it.first_contact_reply !== null,
  ],
  [
    "a bot's message without an answer",
    'conversations',
    (it) => valueAt(it, 'source.author.type') === 'bot' && it.first_contact_reply === null,
  ],
  ['a rating of Fin', 'conversations', (it) => typeof valueAt(it, 'ai_agent.rating') === 'number'],
  ['a requested rating of Fin', 'conversations', (it) => valueAt(it, 'ai_agent.rating') === null],
  ['no statistics', 'conversations', (it) => it.statistics === null],
  ['several contacts', 'conversations', (it) => contactsOf(it).length > 1],
  ['no assignee', 'conversations', (it) => it.admin_assignee_id === 0 && it.team_assignee_id === 0],
  ['begun by a teammate', 'conversations', (it) => valueAt(it, 'source.author.type') === 'admin'],
  ['an anonymous author', 'conversations', (it) => valueAt(it, 'source.author.email') === ''],
  [
    'a rating later than its request',
    'conversations',
    (it) =>
      Number(valueAt(it, 'conversation_rating.updated_at')) > Number(valueAt(it, 'conversation_rating.created_at')),
  ],
  ['a requested rating without an answer', 'conversations', (it) => valueAt(it, 'conversation_rating.rating') === null],
  ['an SLA', 'conversations', (it) => valueAt(it, 'sla_applied.sla_status') === 'missed'],
  ['attributes in lists', 'conversations', (it) => valueAt(it, 'custom_attributes.Orders.instances.0') !== undefined],
  ['grown into a ticket', 'conversations', (it) => valueAt(it, 'ticket.id') === it.id],
  ['no contact', 'tickets', (it) => contactsOf(it).length === 0],
  ['older than its first part', 'tickets', (it) => Number(it.created_at) < firstPart(it)],
  [
    'updated_at before its newest part',
    'tickets',
    (it) => Number(it.updated_at) < Number(parts(it).at(-1)?.created_at),
  ],
  ['resolved twice', 'tickets', (it) => changesTo(it, 'resolved') > 1],
  ['submitted again', 'tickets', (it) => changesTo(it, 'submitted') === 1],
  [
    'waiting twice, moved once',
    'tickets',
    (it) =>
      parts(it).filter((part) => part.ticket_state === 'waiting_on_customer').length >
      changesTo(it, 'waiting_on_customer'),
  ],
  ['answered by its contact', 'tickets', (it) => parts(it).some((part) => part.part_type === 'comment')],
  ['no attributes', 'tickets', (it) => Object.keys(it.ticket_attributes as Answer).length === 0],
  ['neither address nor phone', 'contacts', (it) => it.email === null && it.phone === null],
  ['a phone alone', 'contacts', (it) => it.email === null && it.phone !== null],
  ['no phone number at all', 'contacts', (it) => it.phone === 'call me'],
  ['a national number', 'contacts', (it) => /^0[1-9]/.test(String(it.phone))],
  ['an avatar as text', 'contacts', (it) => typeof it.avatar === 'string'],
  ['an avatar as an object', 'contacts', (it) => typeof valueAt(it, 'avatar.image_url') === 'string'],
  ['a pseudonym picture', 'contacts', (it) => JSON.stringify(it.avatar).includes('/pseudonym_avatars_')],
  ['an escaped name', 'contacts', (it) => String(it.name).includes('&amp;')],
  ['a three-letter country', 'contacts', (it) => String(valueAt(it, 'location.country_code')).length === 3],
  ['more tags than it carries', 'contacts', (it) => valueAt(it, 'tags.has_more') === true],
])('%s', (_, kind, has) => {
  expect(rows[kind].filter(has).length).toBeGreaterThan(0)
})

test('about one contact for three conversations, one in ten without an address', () => {
  expect(rows.contacts.length).toBeGreaterThan(470)
  const without = rows.contacts.filter(({ email }) => email === null).length / rows.contacts.length
  expect(without).toBeGreaterThan(0.06)
  expect(without).toBeLessThan(0.15)
})

test('parts of a ticket are in order and end in its current state', () => {
  for (const it of rows.tickets) {
    const times = parts(it).map(({ created_at }) => Number(created_at))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(
      parts(it)
        .filter((part) => part.ticket_state)
        .at(-1)?.ticket_state,
    ).toBe(valueAt(it, 'ticket_state.category'))
  }
})

test('a record read by its id equals the one in search', async () => {
  for (const it of rows.tickets.slice(0, 100)) expect((await call('GET', `/tickets/${it.id}`)).body).toEqual(it)
  for (const it of rows.contacts.slice(0, 100)) expect((await call('GET', `/contacts/${it.id}`)).body).toEqual(it)
  for (const it of rows.conversations.slice(0, 100)) {
    const { conversation_parts, ...rest } = (await call('GET', `/conversations/${it.id}`)).body
    expect(rest).toEqual(it)
    // The count includes the opening message.
    const count =
      valueAt(it, 'statistics.count_conversation_parts') ?? Number(valueAt(conversation_parts, 'total_count')) + 1
    expect(valueAt(conversation_parts, 'total_count')).toBe(Number(count) - 1)
  }
})

describe('deleted and merged contacts', () => {
  test('occur in conversations and answer 404, or 410 with a link to the canonical contact', async () => {
    const named = new Set(rows.conversations.flatMap(contactsOf).map(({ id }) => String(id)))
    const listed = new Set(rows.contacts.map(({ id }) => id))
    const gone = await Promise.all(
      [...named].filter((id) => !listed.has(id)).map((id) => call('GET', `/contacts/${id}`)),
    )
    expect(new Set(gone.map(({ status }) => status))).toEqual(new Set([404, 410]))
    for (const { headers } of gone.filter(({ status }) => status === 410)) {
      const [, path] = /^<(.+)>; rel="canonical"$/.exec(headers.get('link') ?? '') ?? []
      expect((await call('GET', String(path))).status).toBe(200)
    }
  })
})

test('tags omitted from a contact are at its URL, with names', async () => {
  const tagged = rows.contacts.find((it) => valueAt(it, 'tags.has_more') === true)
  const { body } = await call('GET', `/contacts/${tagged?.id}/tags`)
  expect(valueAt(tagged, 'tags.data.length')).toBe(10)
  expect(valueAt(body, 'data.length')).toBe(valueAt(tagged, 'tags.total_count'))
  expect(valueAt(body, 'data.0')).toMatchObject({ type: 'tag', id: expect.any(String), name: expect.any(String) })
})

test('the list of contacts equals the search for all', async () => {
  const ids: unknown[] = []
  for (let after = ''; ; ) {
    const { body } = await call(
      'GET',
      `/contacts?per_page=100${after && `&starting_after=${encodeURIComponent(after)}`}`,
    )
    ids.push(...(body.data as Answer[]).map(({ id }) => id))
    const next = valueAt(body, 'pages.next.starting_after')
    if (next === undefined) break
    after = String(next)
  }
  expect(ids).toEqual(rows.contacts.map(({ id }) => id))
})

test('the same seed gives the same history, another seed another one', async () => {
  const history = (seed: number) => openIntercom({ seed }).searchAll('/conversations/search', ANY)
  expect(await history(7)).toEqual(await history(7))
  expect(await history(7)).not.toEqual(await history(8))
})
