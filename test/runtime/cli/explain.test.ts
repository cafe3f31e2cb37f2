/** `preview --explain`, `--record` and `--dead` with the shipped spec: where each value comes from, and why there is none. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import type { Json, JsonObject, Outcome, SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createFrozenClock, NOW, runCommand } from '../../helpers/cli-fake.ts'

const fixtures = new URL('../../../conformance/fixtures/', import.meta.url)
const TOPIC = 'ticket.state.updated'

let cwd: string
let ticket: JsonObject
let store: ReturnType<typeof memoryStore>

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cli-'))
  ticket = JSON.parse(await readFile(new URL('ticket.json', fixtures), 'utf8')) as JsonObject
  const { ticket_parts: _, ...bare } = ticket
  const files: Readonly<Record<string, Json>> = {
    'webhook.json': notification(ticket),
    'bare.json': bare,
    'ping.json': { type: 'notification_event' },
    'other.json': { ...notification(ticket), topic: 'ticket.stat.updated' },
  }
  for (const [name, json] of Object.entries(files)) await writeFile(join(cwd, name), JSON.stringify(json))
  await writeFile(join(cwd, 'lookups.json'), await readFile(new URL('lookups.json', fixtures), 'utf8'))
})

beforeEach(() => {
  store = memoryStore({ clock: createFrozenClock() })
})

const notification = (item: Json): JsonObject => ({
  type: 'notification_event',
  id: 'notif_1',
  topic: TOPIC,
  app_id: 'abc',
  created_at: 1_768_199_999,
  data: { item },
})

const run = (...argv: string[]) =>
  runCommand(['preview', ...argv], {
    cwd,
    store,
    app: cliApp,
    env: { CONNECTOR_STORE: 'memory:' },
    load: { spec: loaders.spec },
  })

async function addRecord(id: string, item: JsonObject, status: 'dead' | 'skipped') {
  const source: SourceRecord = {
    id,
    ingress: 'webhook',
    lane: 'live',
    topic: TOPIC,
    resource: 'ticket',
    workspace: 'abc',
    orderingKey: id,
    lookupIds: ['215400000000202'],
    receivedAt: NOW,
    body: JSON.stringify(notification(item)),
  }
  const outcome: Outcome =
    status === 'dead'
      ? { status, fault: { kind: 'config', code: 'expression/T0410', message: 'failed' }, events: [] }
      : { status, reason: 'no-occurrence', events: [] }
  await store.append([source])
  const leased = await store.lease({ lane: 'live', limit: 1, leaseMs: 60_000 })
  await store.settle(leased.map((record) => ({ record, outcome })))
}

test('explains every property of a notification, by its own topic', async () => {
  const { exit, out } = await run('webhook.json', '--explain', '--lookups', 'lookups.json')
  expect(exit).toBe(0)
  // Places move with every edit of the mappings.
  expect(out.replaceAll(/\.yaml:\d+:\d+/g, '.yaml:…')).toMatchSnapshot()
})

test('the file may follow --explain', async () => {
  const before = await run('webhook.json', '--explain', '--lookups', 'lookups.json')
  const after = await run('--lookups', 'lookups.json', '--explain', 'webhook.json')
  expect(after.out).toBe(before.out)
})

test('explains one property', async () => {
  const { out } = await run('webhook.json', '--explain', 'admin email', '--lookups', 'lookups.json')
  expect(out.replaceAll(/\.yaml:\d+:\d+/g, '.yaml:…')).toMatchSnapshot()
})

test('--json has the same as data', async () => {
  const { out } = await run('webhook.json', '--explain', 'Contact Phone', '--lookups', 'lookups.json', '--json')
  const [record] = JSON.parse(out)
  expect(record).toMatchObject({ topic: TOPIC, id: '215400000000202' })
  const resolved = record.mappings.find(({ metric }: { metric: string }) => metric === 'Resolved Ticket')
  expect(resolved.occurrences.map(({ status }: { status: string }) => status)).toEqual([
    'when-false',
    'when-false',
    'sent',
  ])
  expect(resolved.occurrences[0].rule).toMatchObject({
    place: expect.stringMatching(/^mappings\/resolved-ticket\.yaml:\d+:7$/),
    reads: [{ path: '$part.ticket_state', value: 'submitted' }],
  })
  expect(resolved.occurrences[2].properties).toEqual([
    expect.objectContaining({ name: 'Contact Phone', status: 'left-out', lookups: ['contact'] }),
  ])
})

test('each silent mapping says in a line what it read', async () => {
  const { out, err } = await run('bare.json', '--topic', TOPIC)
  expect(out).toBe('No events.\n')
  expect(err).toMatch(
    /^note: Resolved Ticket: each finds nothing: ticket_parts\.ticket_parts is absent \(present: .*\)$/m,
  )
})

test.each([
  [['ping.json'], 'the file is no notification with a topic: name one with --topic, or a --stream'],
  [['other.json'], 'unknown topic "ticket.stat.updated"; did you mean "ticket.state.updated"?'],
  [['webhook.json', '--explain', 'Tcket Name'], 'unknown property "Tcket Name"; did you mean "Ticket Name"?'],
])('%j is wrong usage', async (flags, message) => {
  const { exit, err } = await run(...flags)
  expect(err).toContain(message)
  expect(exit).toBe(2)
})

test('--record maps a record of the ledger, by any id, with what the store remembers', async () => {
  await addRecord('abc:ticket.state.updated:notif_1', ticket, 'skipped')
  await store.writeCache('admin', [{ key: '9600001', value: { id: '9600001', name: 'Remembered' }, at: 0 }])
  const { exit, out } = await run('--record', '215400000000202', '--json')
  expect(exit).toBe(0)
  const items = JSON.parse(out)
  expect(items.map(({ record, metric }: { record: string; metric: string }) => [record, metric])).toEqual([
    ['abc:ticket.state.updated:notif_1', 'Submitted Ticket'],
    ['abc:ticket.state.updated:notif_1', 'Marked Ticket On Hold'],
    ['abc:ticket.state.updated:notif_1', 'Resolved Ticket'],
  ])
  expect(items[0].properties['Assigned Admin Name']).toBe('Remembered')
})

test('an unknown record is said to be unknown', async () => {
  const { exit, out, err } = await run('--record', 'ada@example.com')
  expect({ exit, out }).toEqual({ exit: 1, out: '' })
  expect(err).toBe('note: "ada@example.com" is no record of the ledger\n')
})

test('--dead maps the dead letters alone', async () => {
  await addRecord('one', ticket, 'dead')
  await addRecord('two', ticket, 'skipped')
  await addRecord('three', { ...ticket, ticket_parts: { ticket_parts: [] } }, 'dead')
  const { out, err } = await run('--dead', '--explain', 'Ticket Name')
  expect(out.split('\n').filter((line) => /^\w+$/.test(line))).toEqual(['three', 'one'])
  expect(out).toContain('ticket_parts.ticket_parts is an empty list')
  expect(err).not.toContain('two')
})

test('no dead letters are no failure', async () => {
  expect(await run('--dead')).toEqual({ exit: 0, out: '', err: 'note: no dead letters\n' })
})

test('an event without an address waits, though a preview shows it', async () => {
  const { out } = await run('bare.json', '--stream', 'tickets', '--explain', 'Ticket Name')
  expect(out).toContain('skipped: awaiting-identity')
})
