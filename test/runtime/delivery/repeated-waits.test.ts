/** A part of a ticket that waits for its contact waits once, however many notifications and pages repeat it. */
import { describe, expect, test } from 'vitest'
import { startConnector } from '../../helpers/connector-harness.ts'

const MINUTE = 60_000
const LEAD = 'lead1'
const EMAIL = 'ann@mail.sandbox-shop.com'

const STATES = ['submitted', 'waiting_on_customer', 'resolved', 'waiting_on_customer', 'resolved']
const METRICS = ['Submitted Ticket', 'Marked Ticket On Hold', 'Resolved Ticket']
const KEYS = STATES.map((_, index) => `p${index}`)

/** A lead's ticket with a part for each state. Live delivery began a minute later, so that history has the parts, too. */
async function startWithTicket() {
  const lead: { email: string | null } = { email: null }
  const contact = () => ({ type: 'contact', id: LEAD, role: 'lead', updated_at: seconds(), email: lead.email })
  const page = (name: string, items: readonly object[]) =>
    Response.json({ type: 'list', [name]: items, total_count: items.length, pages: { type: 'pages' } })
  const harness = await startConnector({
    intercept: ({ url }) => {
      const { hostname, pathname } = new URL(url)
      if (hostname === 'a.klaviyo.com') return undefined
      if (pathname === `/contacts/${LEAD}`) return Response.json(contact())
      if (pathname === '/contacts' || pathname === '/contacts/search') return page('data', [contact()])
      return pathname === '/tickets/search' ? page('tickets', [ticket(STATES.length)]) : undefined
    },
  })
  const { notify, work, connector, clock, klaviyo, store } = harness
  const seconds = () => Math.floor(clock.now() / 1000)
  const began = seconds() - 600

  function ticket(count: number): object {
    const parts = STATES.slice(0, count).map((state, index) => ({
      ...{ type: 'ticket_part', id: KEYS[index], part_type: 'ticket_state_updated_by_admin', ticket_state: state },
      ...{ previous_ticket_state: null, created_at: began + index, author: { type: 'admin', id: '1' } },
    }))
    return {
      ...{
        type: 'ticket',
        id: '5711',
        ticket_id: '12',
        category: 'Customer',
        created_at: began,
        updated_at: began + 9,
      },
      contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: LEAD }] },
      ticket_parts: { type: 'list', total_count: count, ticket_parts: parts },
    }
  }

  let notices = 0
  const send = async (topic: string, item: object) =>
    expect(await notify(topic, item, { id: `notice-${++notices}` })).toBe(200)
  await notify('conversation.priority.updated', { id: '1' }, { id: 'first', created_at: began + 60 })
  return {
    ...harness,
    lead,
    /** A notice with the first `count` parts, which announces the last of them. */
    async notice(count: number) {
      await send('ticket.state.updated', ticket(count))
      await work()
    },
    async history() {
      const options = { only: METRICS, until: clock.now(), signal: new AbortController().signal }
      const read = async () => {
        for await (const { phase } of connector.backfill(options)) if (phase === 'done') return
      }
      await clock.until(read())
    },
    async poll() {
      await clock.until(connector.reconcile({ since: (began - 60) * 1000, signal: new AbortController().signal }))
      await work()
    },
    async identify() {
      lead.email = EMAIL
      await send('contact.lead.added_email', contact())
      await work()
    },
    parts: () =>
      klaviyo
        .events()
        .flatMap(({ key }) => KEYS.find((part) => key?.endsWith(`:${part}`)) ?? [])
        .sort(),
    async counts() {
      const tallies = (await store.tallies()).filter(({ metric }) => METRICS.includes(metric))
      const count = (status: string, reason?: string) =>
        tallies
          .filter((tally) => tally.status === status && (reason === undefined || tally.reason === reason))
          .reduce((sum, tally) => sum + tally.count, 0)
      const skipped = count('skipped', 'already-waiting')
      return { waiting: count('deferred'), delivered: count('delivered'), skipped, others: count('skipped') - skipped }
    },
    async parked() {
      return (await store.trace('5711')).filter(({ status }) => status === 'deferred').length
    },
  }
}

type Step = number | 'history' | 'poll'

interface Case {
  readonly name: string
  readonly steps: readonly Step[]
  /** Records that wait (a poll's also for `Created Ticket`), and events that end since they wait in another record. */
  readonly parked: number
  readonly skipped: number
}

const cases: readonly Case[] = [
  { name: 'five notices', steps: [1, 2, 3, 4, 5], parked: 5, skipped: 0 },
  { name: 'five notices, the newest first', steps: [5, 4, 3, 2, 1], parked: 1, skipped: 4 },
  { name: 'a lost notice, and repeated ones', steps: [1, 3, 3, 5, 5, 5], parked: 3, skipped: 3 },
  { name: 'history', steps: ['history'], parked: 1, skipped: 0 },
  { name: 'notices, then history', steps: [2, 5, 'history'], parked: 2, skipped: 5 },
  { name: 'history, then notices', steps: ['history', 1, 2, 3, 4, 5], parked: 1, skipped: 5 },
  { name: 'a poll', steps: ['poll'], parked: 1, skipped: 0 },
  { name: 'notices, then polls', steps: [1, 3, 5, 'poll', 'poll'], parked: 4, skipped: 0 },
  { name: 'a poll, then notices', steps: ['poll', 1, 2, 3, 4, 5], parked: 1, skipped: 5 },
  { name: 'notices before and after history', steps: [2, 'history', 4, 5], parked: 2, skipped: 2 },
]

describe.each(cases)('$name', ({ steps, parked, skipped }) => {
  async function startWaiting() {
    const ticket = await startWithTicket()
    for (const step of steps) await (typeof step === 'number' ? ticket.notice(step) : ticket[step]())
    expect(await ticket.counts()).toEqual({ waiting: 5, delivered: 0, skipped, others: 0 })
    expect(await ticket.parked()).toBe(parked)
    return ticket
  }

  async function expectAllSent({ parts, counts, klaviyo, parked }: Awaited<ReturnType<typeof startWaiting>>) {
    expect(parts()).toEqual(KEYS)
    expect(klaviyo.summary().duplicates).toBe(0)
    expect(await counts()).toMatchObject({ waiting: 0, delivered: 5 })
    expect(await parked()).toBe(0)
  }

  test('five events wait, and are each sent once with the address', async () => {
    const ticket = await startWaiting()
    await ticket.identify()
    await expectAllSent(ticket)
  })

  test('so do they after some checks, when the notice of the address is lost', async () => {
    const ticket = await startWaiting()
    await ticket.work(20 * MINUTE)
    expect(await ticket.counts()).toMatchObject({ waiting: 5, delivered: 0 })
    ticket.lead.email = EMAIL
    await ticket.work(60 * MINUTE)
    await expectAllSent(ticket)
  })

  test('a later notice with the address sends what waits', async () => {
    const ticket = await startWaiting()
    ticket.lead.email = EMAIL
    await ticket.work(11 * MINUTE)
    await ticket.notice(5)
    await expectAllSent(ticket)
  })

  test('after the window they end, each once', async () => {
    const ticket = await startWaiting()
    await ticket.clock.advance(31 * 24 * 60 * MINUTE)
    await ticket.work()
    expect(await ticket.parked()).toBe(0)
    expect(await ticket.counts()).toMatchObject({ waiting: 0, delivered: 0, others: 5 })
  })
})
