/** The explanation beside each value: what was read and found, what is left out and why, and which mapping sends nothing. */
import { beforeAll, describe, expect, test } from 'vitest'
import { findContactWithEmail } from '../../helpers/connector-harness.ts'
import { openConsoleWithConnector } from '../../helpers/console.ts'
import { reveal } from '../../helpers/reveal.ts'
import { addAfter, loadChangedSpec } from '../../helpers/spec/changed-spec.ts'

type Shop = Awaited<ReturnType<typeof openConsoleWithConnector>>

const HOSTILE = `"'><img src=x onerror=alert(1)><script>alert(2)</script>\u202edesrever`
const textOf = (page: string) =>
  page
    .replace(/<[^>]*>/g, ' ')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ')
/** The content of the first element of a page that begins with this tag. */
const partOf = (page: string, start: string, end: string) => page.slice(page.indexOf(start)).split(end)[0] ?? ''

let shop: Shop
let person: { id: string; email: string }
/** Requests to the source since the last look. */
let requests: string[] = []

beforeAll(async () => {
  const spec = await loadChangedSpec({
    'mappings/created-ticket.yaml': addAfter('contact:', 'skip: { huge-ticket: ticket_attributes.total > 100 }'),
    'mappings/resolved-ticket.yaml': addAfter('metric:', 'enabled: false'),
  })
  const intercept = (request: Request) => {
    if (!request.url.includes('klaviyo')) requests.push(new URL(request.url).pathname)
    return undefined
  }
  shop = await openConsoleWithConnector({}, { connector: { settings: { spec } }, intercept })
  person = await findContactWithEmail(shop.intercom)
})

const ticket = (id: string, more: object = {}) => ({
  type: 'ticket',
  id,
  ticket_id: `T${id}`,
  category: 'Customer',
  created_at: Math.floor(shop.clock.now() / 1000) - 5,
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.id }] },
  ticket_attributes: { _default_title_: HOSTILE, total: 5 },
  admin_assignee_id: 'unknown-77',
  ...more,
})

async function receive(topic: string, item: { readonly id: string }) {
  await shop.notify(topic, item, { id: `n-${topic}-${item.id}` })
  await shop.work(2_000)
  const [entry] = await shop.store.trace(item.id)
  if (entry === undefined) throw new Error('not received')
  return entry
}

const found = async (id: string, full = false): Promise<string> => {
  const [entry] = await shop.store.trace(id)
  const page = full ? await reveal(shop.browser(), entry?.seq) : await shop.browser().text(`/records/${entry?.seq}`)
  return partOf(page, '<section aria-label="Explanation"', '</section>')
}

describe('the page of an event', () => {
  let page: string
  beforeAll(async () => {
    await receive('ticket.created', ticket('11'))
    const [event] = await shop.store.events({ metric: 'Created Ticket', limit: 1 })
    requests = []
    page = await reveal(shop.browser(), event?.seq, event?.id)
  })

  test('has the fields, the lookup and the place of each value behind Details', () => {
    expect(textOf(page)).toMatch(
      / email \S+@\S+ Details of email \$contact\.email is "\S+@\S+" \$contact : \S+ was found, read from contacts\.contacts\[0\]\.id \$email\(\$contact\.email\) mappings\/_ticket\.yaml:5:10 /,
    )
    expect(textOf(page)).toMatch(/ Category Customer Details of Category category is "Customer" mappings\//)
  })

  test('has what is left out, why, and the fields that are there', () => {
    const leftOut = textOf(partOf(page, '<details class="left-out">', '</details>'))
    expect(leftOut).toMatch(/^ \d+ properties left out for lack of a value .+ Present: admin_assignee_id , category , /)
    expect(leftOut).toMatch(
      / Assigned Team \$team\.name has no value \$team was not looked up: team_assignee_id gives no id /,
    )
    expect(leftOut).toMatch(
      / Assigned Admin Name \$admin\.name has no value \$admin : unknown-77 was not found in Intercom, read from admin_assignee_id /,
    )
    expect(leftOut).toContain(' Snoozed Until snoozed_until has no value $datetime(snoozed_until) mappings/')
  })

  test('asks the source for no more than before, and for nothing again', async () => {
    expect(requests.filter((path) => path !== '/admins')).toEqual([])
    const [event] = await shop.store.events({ metric: 'Created Ticket', limit: 1 })
    requests = []
    await shop.browser().text(`/events/${event?.id}`)
    expect(requests).toEqual([])
  })

  test('escapes values, and gives each its own direction', () => {
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('<span class="value" dir="auto">&quot;&#39;&gt;&lt;img')
  })
})

describe('an event that is skipped', () => {
  test('names the rule and what it read, and shows no value of the record', async () => {
    await receive('ticket.created', ticket('12', { ticket_attributes: { total: 250 } }))
    const [event] = await shop.store.events({ metric: 'Created Ticket', limit: 1 })
    requests = []
    const page = textOf(await reveal(shop.browser(), event?.seq, event?.id))
    expect(page).toContain('The current mapping skips this event: huge ticket.')
    expect(page).toMatch(
      /Created Ticket Skipped Huge ticket\. huge-ticket .+ ticket_attributes\.total is 250 ticket_attributes\.total > 100 mappings\/created-ticket\.yaml:\d+:\d+/,
    )
    // Its mapping needs no lookup, so its explanation asks for none.
    expect(requests).toEqual([])
  })
})

describe('a record that Find shows', () => {
  const state = { ticket_state: 'submitted', created_at: 1_784_000_000 }
  const parts = (...some: object[]) => ({
    ticket_parts: { ticket_parts: some.map((one, id) => ({ id: `p${id}`, ...one })) },
  })

  test('tells of each mapping why it sends nothing', async () => {
    await receive('ticket.state.updated', ticket('21', parts(state, state)))
    requests = []
    const text = textOf(await found('21'))
    expect(text).toMatch(
      /Marked Ticket On Hold Condition not met when is false for any of 2 parts\. The last one: \$part\.ticket_state is "submitted" \$part\.ticket_state = "waiting_on_customer" and .+ mappings\/marked-ticket-on-hold\.yaml:\d+:7/,
    )
    expect(text).toContain('Resolved Ticket Off Turned off by enabled: false in mappings/resolved-ticket.yaml .')
    expect(requests).toEqual([])
  })

  test('says that a mapping finds no occurrence, with the fields that are there', async () => {
    await receive('ticket.state.updated', ticket('22'))
    expect(textOf(await found('22'))).toMatch(
      /Marked Ticket On Hold No event The record holds no part that this metric counts\. ticket_parts\.ticket_parts(\.ticket_state)? .*ha(s|ve) no value\. Present: admin_assignee_id , /,
    )
  })

  test('says what identifies no one', async () => {
    const unidentified = { id: 'lead-1', type: 'contact', role: 'lead', name: 'Jo' }
    const own = await openConsoleWithConnector(
      {},
      { intercept: ({ url }) => (url.endsWith('/contacts/lead-1') ? Response.json(unidentified) : undefined) },
    )
    await own.notify('ticket.created', ticket('23', { contacts: { contacts: [{ id: 'lead-1' }] } }))
    await own.work(2_000)
    const [entry] = await own.store.trace('23')
    const text = textOf(await own.browser().text(`/records/${entry?.seq}`))
    expect(text).toMatch(
      /Created Ticket Waits The contact has no e-mail address or phone number yet.+ \$contact : lead-1 was found, read from contacts\.contacts\[0\]\.id email , phone , .+ have no value\. Present: id , name , role , type /,
    )
    await own.clock.advance(30 * 86_400_000)
    await own.work(2_000)
    expect(textOf(await own.browser().text(`/records/${entry?.seq}`))).toMatch(
      /Created Ticket Skipped The contact got neither an e-mail address nor a phone number/,
    )
  })

  test('says that no mapping takes its topic', async () => {
    await receive('ticket.contact.attached', ticket('24'))
    expect(textOf(await found('24'))).toContain('No mapping takes the topic ticket.contact.attached .')
  })

  test('is masked until requested, and names no one in an address', async () => {
    await receive('ticket.created', ticket('25'))
    const masked = await found('25')
    expect(masked).not.toContain(person.email)
    expect(masked).not.toContain('desrever')
    expect(textOf(masked)).toMatch(/ email •••• Details of email \$contact\.email is "••••" /)
    // What the record shows without a request stays.
    expect(textOf(masked)).toMatch(/ Category Customer /)
    const full = await found('25', true)
    expect(full).toContain(person.email)
    expect(full).not.toContain('<img')
    const links = [...`${masked}${full}`.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter((href) => /@|%40|desrever/.test(href ?? ''))).toEqual([])
  })

  test('says after a restart that a lookup is no longer cached', async () => {
    const own = await openConsoleWithConnector({}, { connector: { store: shop.store } })
    const [entry] = await shop.store.trace('25')
    const text = textOf(await own.browser().text(`/records/${entry?.seq}`))
    expect(text).toMatch(
      / Created Ticket Contact not known The contact is not known here now, .+ \$contact : \S+ is not among the lookups that are still cached, so only its fields in the record are known, read from contacts\.contacts\[0\]\.id /,
    )
  })

  test('explains the properties of ten events, and counts the others', async () => {
    const held = { ticket_state: 'waiting_on_customer', created_at: Math.floor(shop.clock.now() / 1000) - 5 }
    await receive('ticket.state.updated', ticket('26', parts(...Array.from({ length: 23 }, () => held), state)))
    const page = await found('26')
    const ofMetric = page.slice(0, page.indexOf('earlier events are not shown'))
    expect(ofMetric.match(/Makes an event/g)).toHaveLength(20)
    expect(page.match(/<summary>\d+ properties<\/summary>/g)).toHaveLength(10)
    expect(textOf(page)).toContain('3 earlier events are not shown. The condition is not met for 1 other part.')
  })
})

test('a failed record shows what the failing expression read', async () => {
  await receive('ticket.created', ticket('31', { created_at: null }))
  const [entry] = await shop.store.trace('31')
  const path = `/records/${entry?.seq}`
  const text = textOf(partOf(await shop.browser().text(path), '<section aria-label="Explanation"', '</section>'))
  expect(text).toMatch(
    /Created Ticket Fails The time of Created Ticket is missing, or not a time \( mapping\/no-time \)\. .+ created_at have no value\. Present: .+ \[ticket_parts\..+ mappings\/created-ticket\.yaml:\d+:\d+/,
  )
})
