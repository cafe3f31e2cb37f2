/** The cook book's metrics of tags and companies, live and from history, and the lookup of a person's company. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../runtime/ports/types.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { COMPANIES, companiesOf } from '../../sandbox/data/companies.ts'
import { contactIndex } from '../../sandbox/data/contacts.ts'
import { type HarnessOptions, startConnector } from '../helpers/connector-harness.ts'
import { addAfter, loadChangedSpec, readCookBook } from '../helpers/spec/changed-spec.ts'

const CONTACT = {
  type: 'contact',
  id: '6960000000000000000000a1',
  role: 'user',
  email: 'ada@mail.sandbox-shop.com',
  updated_at: 1_768_000_000,
  companies: { type: 'list', data: [{ type: 'company', id: COMPANIES[1]?.id ?? '', url: '' }], total_count: 1 },
}
const TAG = { type: 'tag', id: '12', name: 'VIP' }

let spec: Spec
beforeAll(async () => {
  spec = await loadChangedSpec(
    readCookBook('A tag of a conversation', 'A tag of a contact', 'A person joins a company'),
  )
})

async function start(options: HarnessOptions = {}) {
  const requests: string[] = []
  const intercept = (request: Request) => {
    if (request.url.includes('intercom')) requests.push(new URL(request.url).pathname)
    return request.url.endsWith(`/contacts/${CONTACT.id}`) ? Response.json(CONTACT) : undefined
  }
  const harness = await startConnector({
    intercept,
    ...options,
    connector: { settings: { spec }, ...options.connector },
  })
  const events = () => harness.klaviyo.events().map(({ metric, key, properties }) => ({ metric, key, properties }))
  return { ...harness, requests, events, now: Math.floor(harness.clock.now() / 1000) }
}

describe('a tag of a conversation', () => {
  const createItem = (created_at: number, tags: readonly JsonObject[]): JsonObject => ({
    type: 'conversation',
    id: '7',
    created_at,
    source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: CONTACT.id } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: CONTACT.id }] },
    tags: { type: 'tag.list', tags },
  })

  test('is an event, and once more when it is removed and applied again', async () => {
    const { notify, work, events, now } = await start()
    const first = { ...TAG, applied_at: now - 60 }
    await notify('conversation_part.tag.created', createItem(now - 600, [first]), { id: 'n1' })
    await work()
    await notify('conversation_part.tag.created', createItem(now - 600, [first]), { id: 'n2' })
    await work()
    await notify('conversation_part.tag.created', createItem(now - 600, [{ ...TAG, applied_at: now - 30 }]), {
      id: 'n3',
    })
    await work()
    expect(events()).toMatchObject([
      {
        metric: 'Tagged Conversation',
        key: `sandbox1:tagged-conversation:7:12:${now - 60}`,
        properties: { Tag: 'VIP' },
      },
      { key: `sandbox1:tagged-conversation:7:12:${now - 30}` },
    ])
  })

  test('of two, each is an event, whatever their order', async () => {
    const { notify, work, events, now } = await start()
    const tags = [
      { ...TAG, applied_at: now - 10 },
      { type: 'tag', id: '13', name: 'Press', applied_at: now - 20 },
    ]
    await notify('conversation_part.tag.created', createItem(now - 600, tags))
    await work()
    expect(
      events()
        .map(({ properties }) => properties.Tag)
        .sort(),
    ).toEqual(['Press', 'VIP'])
  })

  test('has history', async () => {
    const { connector, clock, events } = await start()
    const read = async () => {
      const only = ['Tagged Conversation']
      for await (const { phase } of connector.backfill({ signal: new AbortController().signal, only }))
        if (phase === 'done') return
    }
    await clock.until(read())
    expect(events().length).toBeGreaterThan(5)
    expect(events().every(({ metric, properties }) => metric === 'Tagged Conversation' && 'Tag' in properties)).toBe(
      true,
    )
  })
})

describe('a tag of a contact', () => {
  test('is an event with its name, and updates the profile as before', async () => {
    const { notify, work, events, klaviyo, now } = await start()
    const item = { type: 'contact_tag', tag: TAG, contact: CONTACT }
    await notify('contact.user.tag.created', item)
    await notify('contact.user.tag.created', item, { id: 'retry', delivery_attempts: 2 })
    await work()
    expect(events()).toEqual([
      {
        metric: 'Tagged Contact',
        key: `sandbox1:tagged-contact:${CONTACT.id}:12:${now}`,
        properties: { Tag: 'VIP' },
      },
    ])
    expect(klaviyo.profile(CONTACT.email)?.attributes.properties).toMatchObject({ 'Contact Role': 'user' })
    expect(JSON.stringify(klaviyo.profile(CONTACT.email))).not.toContain('changed_tag')
  })

  test('that is removed is none', async () => {
    const { notify, work, events } = await start()
    await notify('contact.user.tag.deleted', { type: 'contact_tag', tag: TAG, contact: CONTACT })
    await work()
    expect(events()).toEqual([])
  })
})

test('a person who joins a company is an event; a change of the company is none', async () => {
  const { notify, work, events, store, now } = await start()
  const company = COMPANIES[0] ?? {}
  await notify('company.contact.attached', { company, contact: CONTACT }, { id: 'n1' })
  await notify('company.updated', company, { id: 'n2' })
  await work()
  expect(events()).toEqual([
    {
      metric: 'Joined Company',
      key: `sandbox1:joined-company:${COMPANIES[0]?.id}:${CONTACT.id}:${now}`,
      properties: { Company: 'Harbour Books', 'Company ID': '7001' },
    },
  ])
  expect(await store.tallies('live')).toContainEqual(
    expect.objectContaining({ status: 'skipped', reason: 'unknown-topic' }),
  )
})

describe('the commented lookup of a company', () => {
  const uncomment = (text: string) =>
    text.replace(/^ {2}# company: [\s\S]*?ttl: 1h$/m, (block) => block.replace(/^ {2}# /gm, '  '))

  const load = () =>
    loadChangedSpec({
      'connector.yaml': uncomment,
      'mappings/_ticket.yaml': addAfter('properties:', '  Company: $company.name'),
      'mappings/profile.yaml': addAfter('attributes:', '  organization: $company.name'),
    })

  test('names the company of an event and of its profile, at one request', async () => {
    const { notify, work, events, klaviyo, requests, now } = await start({
      connector: { settings: { spec: await load() } },
    })
    const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: CONTACT.id }] }
    for (const id of ['1', '2'])
      await notify('ticket.created', { type: 'ticket', id, ticket_id: id, created_at: now, contacts }, { id: `n${id}` })
    await work()
    expect(events().map(({ properties }) => properties.Company)).toEqual(['Öresund Textil AB', 'Öresund Textil AB'])
    expect(klaviyo.profile(CONTACT.email)?.attributes.organization).toBe('Öresund Textil AB')
    expect(requests.filter((path) => path.startsWith('/companies'))).toEqual([`/companies/${COMPANIES[1]?.id}`])
  })

  test('in an import, costs one request for each company', async () => {
    const { connector, clock, klaviyo, requests } = await start({ connector: { settings: { spec: await load() } } })
    const read = async () => {
      const only = ['Created Ticket']
      for await (const { phase } of connector.backfill({ signal: new AbortController().signal, only }))
        if (phase === 'done') return
    }
    await clock.until(read())
    const companies = klaviyo.events().flatMap(({ properties }) => properties.Company ?? [])
    expect(companies.length).toBeGreaterThan(0)
    const asked = requests.filter((path) => path.startsWith('/companies'))
    expect(asked.length).toBe(new Set(asked).size)
  })

  test('the sandbox gives every fifth contact a company', () => {
    expect(companiesOf(contactIndex('6960a1b2c3d4e5f600000005') ?? 0).map(({ name }) => name)).toEqual([
      'Öresund Textil AB',
    ])
    expect(companiesOf(1)).toEqual([])
    expect(companiesOf(0).length).toBe(2)
  })
})

test('without any of these the shipped spec asks for no company', async () => {
  const { notify, work, requests, now } = await start({ connector: { settings: { spec: await loadChangedSpec({}) } } })
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: CONTACT.id }] }
  await notify('ticket.created', { type: 'ticket', id: '1', ticket_id: '1', created_at: now, contacts })
  await work()
  expect(requests).not.toContainEqual(expect.stringContaining('/companies'))
  expect(readFileSync(new URL('../../connector.yaml', import.meta.url), 'utf8')).toContain('# company: ')
})
