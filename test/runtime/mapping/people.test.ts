/** People of whom nothing is sent: by domain, role, tag or a reason of one's own, on every road. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { HarnessOptions } from '../../helpers/connector-harness.ts'
import { startConnector } from '../../helpers/connector-harness.ts'
import { specWithPeople } from '../../helpers/spec/changed-spec.ts'

const BEGAN = Math.floor(virtualClock().now() / 1000) - 3600
const ID = 'person1'
const TAGS = [...Array(12)].map((_, index) => ({ type: 'tag', id: `t${index}`, name: `Tag ${index}` }))

interface Person {
  readonly email?: string | null
  readonly role?: string
  readonly tags?: number
  readonly plan?: string
  readonly updated_at?: number
}

const toContact = ({ email = 'ann@mail.acme.com', role = 'user', tags = 0, plan, updated_at = BEGAN }: Person) => ({
  ...{ type: 'contact', id: ID, role, email, updated_at, custom_attributes: { plan } },
  tags: {
    type: 'list',
    data: TAGS.slice(0, Math.min(tags, 10)).map(({ type, id }) => ({ type, id })),
    total_count: tags,
    has_more: tags > 10,
  },
})

const conversation = {
  ...{ type: 'conversation', id: '4711', created_at: BEGAN, updated_at: BEGAN },
  source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: ID } },
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: ID }] },
}

/** A workspace of one person and one conversation. The person may change. */
async function start(people: string, person: Person, answers?: HarnessOptions['intercept']) {
  const spec = await specWithPeople(people)
  const state = { person }
  const page = (name: string, items: readonly object[]) =>
    Response.json({ type: 'list', [name]: items, total_count: items.length, pages: { type: 'pages' } })
  const asked: string[] = []
  const intercept: HarnessOptions['intercept'] = async (request) => {
    const { hostname, pathname } = new URL(request.url)
    asked.push(pathname)
    const other = await answers?.(request)
    if (other !== undefined || hostname === 'a.klaviyo.com') return other
    if (pathname === `/contacts/${ID}`) return Response.json(toContact(state.person))
    if (pathname === `/contacts/${ID}/tags`) return Response.json({ data: TAGS })
    if (pathname === '/tags') return Response.json({ data: TAGS })
    if (pathname === '/contacts' || pathname === '/contacts/search') return page('data', [toContact(state.person)])
    if (pathname === '/conversations/search') return page('conversations', [conversation])
    return pathname === '/tickets/search' ? page('tickets', []) : undefined
  }
  const harness = await startConnector({ connector: { settings: { spec } }, intercept })
  const { connector, clock, store, klaviyo } = harness
  const backfill = async () => {
    const read = async () => {
      const options = { until: clock.now(), only: ['Created Conversation'], signal: new AbortController().signal }
      for await (const { phase } of connector.backfill(options)) if (phase === 'done') return
    }
    await clock.until(read())
  }
  const reasons = async () => {
    const events = await store.events({ limit: 100 })
    return events.map(({ metric, status, reason }) => `${metric} ${status}${reason ? ` ${reason}` : ''}`).sort()
  }
  const sent = () => klaviyo.summary().events + klaviyo.summary().profiles
  return { ...harness, state, backfill, reasons, sent, asked }
}

const CASES: readonly (readonly [people: string, excluded: Person, sent: Person, reason: string])[] = [
  ['exclude: { domains: [acme.com] }', {}, { email: 'ann@notacme.com' }, 'excluded-domain'],
  ['exclude: { domains: [ACME.com] }', { email: 'Ann@ACME.COM' }, { email: 'ann@acme.co' }, 'excluded-domain'],
  ['exclude: { roles: [lead] }', { role: 'lead' }, { role: 'user' }, 'excluded-role'],
  ['exclude: { tags: [tag 1] }', { tags: 2 }, { tags: 1 }, 'excluded-tag'],
  ['exclude: { tags: [Tag 11] }', { tags: 12 }, { tags: 3 }, 'excluded-tag'],
  ['exclude: { when: { tester: custom_attributes.plan = "test" } }', { plan: 'test' }, { plan: 'paid' }, 'tester'],
]

describe.each(CASES)('%s', (people, excluded, included, reason) => {
  test('sends neither event nor profile live, and says why', async () => {
    const { notify, work, reasons, sent } = await start(people, excluded)
    await notify('conversation.user.created', conversation)
    await notify('contact.user.updated', toContact(excluded))
    await work()
    expect(await reasons()).toEqual([`Created Conversation skipped ${reason}`, `Profile skipped ${reason}`])
    expect(sent()).toBe(0)
  })

  test('holds for history, reconciliation and previews', async () => {
    const { backfill, connector, work, reasons, sent, clock, state } = await start(people, excluded)
    await backfill()
    expect(await reasons()).toEqual([`Created Conversation skipped ${reason}`])
    await clock.until(connector.reconcile({ since: (BEGAN - 60) * 1000, signal: new AbortController().signal }))
    await work()
    expect(sent()).toBe(0)
    const lookups = { contact: [toContact(state.person)], tag: TAGS, contactTags: { [ID]: TAGS } }
    const { items } = await connector.preview({ topic: 'conversation.user.created', data: conversation, lookups })
    expect(items).toEqual([{ metric: 'Created Conversation', skipped: reason }])
  })

  test('sends everyone else', async () => {
    const { notify, work, reasons } = await start(people, included)
    await notify('conversation.user.created', conversation)
    await notify('contact.user.updated', toContact(included))
    await work()
    expect(await reasons()).toEqual(['Created Conversation delivered', 'Profile delivered'])
  })
})

describe('the newest state decides', () => {
  const people = 'exclude: { tags: [Tag 0] }'

  test('an older notification of a person who is excluded by now sends nothing', async () => {
    const { notify, work, reasons, sent } = await start(people, { tags: 1, updated_at: BEGAN + 60 })
    await notify('contact.user.updated', toContact({ tags: 0, updated_at: BEGAN }))
    await work()
    expect(await reasons()).toEqual(['Profile skipped excluded-tag'])
    expect(sent()).toBe(0)
  })

  test('a notification that is newer than the answer of the source decides alone', async () => {
    const { notify, work, reasons } = await start(people, { tags: 1, updated_at: BEGAN })
    await notify('contact.user.updated', toContact({ tags: 0, updated_at: BEGAN + 60 }))
    await work()
    expect(await reasons()).toEqual(['Profile delivered'])
  })

  test('a notification without tags is completed', async () => {
    const { notify, work, reasons } = await start(people, { tags: 1 })
    await notify('contact.user.updated', { ...toContact({}), tags: undefined })
    await work()
    expect(await reasons()).toEqual(['Profile skipped excluded-tag'])
  })

  test('an event that waits for an address is judged once there is one', async () => {
    const { notify, work, reasons, sent, state, store } = await start(people, { email: null, tags: 1 })
    await notify('conversation.user.created', conversation)
    await work()
    expect((await store.tallies()).map(({ reason }) => reason)).toEqual(['awaiting-identity'])
    state.person = { tags: 1, updated_at: BEGAN + 60 }
    await notify('contact.lead.added_email', toContact(state.person))
    await work(10_000)
    expect(await reasons()).toEqual(['Created Conversation skipped excluded-tag', 'Profile skipped excluded-tag'])
    expect(sent()).toBe(0)
  })
})

test('costs no request while it is off', async () => {
  const { notify, work, asked } = await start('x-off: yes', {})
  await notify('contact.user.updated', toContact({}))
  await work()
  expect(asked).not.toContain(`/contacts/${ID}`)
})
