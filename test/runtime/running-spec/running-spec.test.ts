import { beforeEach, expect, test, vi } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Logger } from '../../../runtime/ports/effects.ts'
import { adoptSpec, readRunningSpec } from '../../../runtime/running-spec/running-spec.ts'
import { readLiveSince } from '../../../runtime/source/live-since.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { systemSelf } from '../../../runtime/system.ts'
import { findContactWithEmail, startConnector } from '../../helpers/connector-harness.ts'
import { loadChangedSpec, type SpecChanges } from '../../helpers/spec/changed-spec.ts'

const TICKET = 'mappings/created-ticket.yaml'
const OPENED = 'mappings/opened-ticket.yaml'
const OPENED_TICKET = `metric: Opened Ticket
summary: A ticket was opened.
resource: ticket
from: { webhook: { topics: [ticket.created] }, stream: tickets }
key: [opened-ticket, id]
time: created_at
contact: contacts.contacts[0].id
`
const clock = virtualClock()
let store = memoryStore({ clock })
let logged: unknown[][] = []

const logger: Logger = {
  debug() {},
  info: (...line) => void logged.push(line),
  warn: (...line) => void logged.push(line),
  error() {},
}

beforeEach(() => {
  store = memoryStore({ clock })
  logged = []
})

/** A connector on the same store, with a changed spec. */
async function start(changes: SpecChanges = {}, acceptNewKeys: readonly string[] = []) {
  const spec = await loadChangedSpec(changes)
  return startConnector({ clock, connector: { store, logger, settings: { spec, acceptNewKeys } } })
}

/** Delivers one ticket by the shipped spec. */
async function deliverTicket() {
  const running = await start()
  const contact = await findContactWithEmail(running.intercom)
  const ticket = {
    type: 'ticket',
    id: '77',
    ticket_id: '7',
    created_at: Math.floor(clock.now() / 1000),
    category: 'Customer',
  }
  await running.notify('ticket.created', { ...ticket, contacts: { contacts: [{ id: contact.id }] } })
  await running.work()
  expect(await store.deliveredByDay('Created Ticket')).toHaveLength(1)
  return running
}

test('is kept with its text, hash, version and the keys of its metrics, and in each outcome', async () => {
  await deliverTicket()
  const kept = await readRunningSpec(store)
  expect(kept).toMatchObject({
    hash: expect.stringMatching(/^[0-9a-f]{12}$/),
    version: '0.1.0',
    since: expect.any(Number),
    keys: { 'Created Ticket': ['created-ticket', 'id'] },
  })
  expect(kept?.files.find(({ path }) => path === TICKET)?.text).toContain('metric: Created Ticket')
  const [entry] = await store.trace('77')
  expect(entry?.outcome?.spec).toBe(kept?.hash)
})

test('is written once by a process, and again before the process counts as gone', async () => {
  const parts = { spec: await loadChangedSpec({}), store, clock, logger, processIdentity: systemSelf }
  await adoptSpec(parts)
  const write = vi.spyOn(store, 'writeCheckpoints')
  await adoptSpec(parts)
  expect(write).not.toHaveBeenCalled()
  const noted = (await readRunningSpec(store))?.processes[0]?.since ?? Number.NaN
  await clock.advance(13 * 3_600_000)
  await adoptSpec(parts)
  expect((await readRunningSpec(store))?.processes).toMatchObject([{ since: noted + 13 * 3_600_000 }])
})

test('live delivery of a metric that was off begins when it is on again, and of a new one with its spec', async () => {
  const began = clock.now()
  const first = await deliverTicket()
  const topics = new Set(['ticket.created'])
  const since = (metric: string) => readLiveSince({ metric, topics }, store)
  expect(await since('Created Ticket')).toBeLessThan(clock.now() + 1)
  const before = await since('Created Ticket')
  expect(before).toBeGreaterThanOrEqual(began)
  await first.connector.adoptSpec()
  expect(await since('Created Ticket')).toBe(before)
  const off = await start({ [TICKET]: (text) => text.replace('summary:', 'enabled: false\nsummary:') })
  await off.connector.adoptSpec()
  await clock.until(clock.sleep(60_000))
  const on = await start({ [OPENED]: OPENED_TICKET })
  await on.connector.adoptSpec()
  const after = (before ?? 0) + 60_000
  expect(await since('Created Ticket')).toBeGreaterThanOrEqual(after)
  expect(await since('Opened Ticket')).toBe(await since('Created Ticket'))
  expect(await since('Submitted Ticket')).toBe(before)
})

const rekeyed = { [TICKET]: (text: string) => text.replace('key: [created-ticket, id]', 'key: [ticket-created, id]') }

test('a key that would count delivered events again is refused, with their number', async () => {
  await deliverTicket()
  const changed = await start(rekeyed)
  const refusal = expect.objectContaining({ kind: 'config', code: 'spec/keys-changed' })
  await expect(changed.connector.adoptSpec()).rejects.toEqual(refusal)
  await expect(changed.connector.work({ signal: new AbortController().signal })).rejects.toThrow(
    /Created Ticket: 1 event delivered since \d{4}-\d\d-\d\d under the key \[created-ticket, id\], now \[ticket-created, id\]/,
  )
  const importing = changed.connector.backfill({ restart: false, signal: new AbortController().signal })
  await expect(importing[Symbol.asyncIterator]().next()).rejects.toEqual(refusal)
})

test('an accepted key becomes the running one', async () => {
  await deliverTicket()
  const accepted = await start(rekeyed, ['Created Ticket'])
  await accepted.connector.adoptSpec()
  expect((await readRunningSpec(store))?.keys['Created Ticket']).toEqual(['ticket-created', 'id'])
  await (await start(rekeyed)).connector.adoptSpec()
})

test.each([
  [
    'is written in another way and gives the same',
    { [TICKET]: (text: string) => text.replace('ticket, id]', 'ticket, "(id)"]') },
  ],
  [
    'belongs to a metric that delivered nothing',
    {
      'mappings/read-conversation.yaml': (text: string) =>
        text.replace('key: [read-conversation,', 'key: [conversation-read,'),
    },
  ],
  [
    'is the same, in a spec with other changes',
    { [TICKET]: (text: string) => text.replace('summary: A', 'summary: Some') },
  ],
])('a key that %s is no change', async (_, changes) => {
  const { connector } = await deliverTicket()
  await connector.adoptSpec()
  const before = await readRunningSpec(store)
  await (await start(changes)).connector.adoptSpec()
  expect((await readRunningSpec(store))?.hash).not.toBe(before?.hash)
})

test('a renamed metric is told, since the destination keeps the old one', async () => {
  await deliverTicket()
  const renamed = { [TICKET]: (text: string) => text.replace('metric: Created Ticket', 'metric: Opened Ticket') }
  await (await start(renamed)).connector.adoptSpec()
  expect(logged).toContainEqual([
    expect.stringContaining('a metric was renamed'),
    { metric: 'Opened Ticket', before: 'Created Ticket' },
  ])
})
