/** The map engine: what comes of the records of a case, by each ingress. */
import { describe, expect, test } from 'vitest'
import { createMapEngine } from '../../../../runtime/conformance/engine/map-engine.ts'
import type { CaseInput, CaseOccurrence, CaseStep } from '../../../../runtime/conformance/types.ts'
import type { Json, JsonObject } from '../../../../runtime/ports/types.ts'
import { engineParts } from '../../../helpers/conformance/small-spec.ts'

const ada = { id: 'a1', email: 'ada@example.com', role: 'user', address: null }
const ticket = {
  id: '7',
  title: 'A parcel',
  people: [{ id: 'a1' }],
  parts: [
    { id: 'p1', created_at: 1768039000, state: 'resolved', body: 'Done', author: { id: 'a1' } },
    { id: 'p2', created_at: 1768039100, state: 'resolved', body: 'Again', author: { id: 'a1' } },
  ],
}

const notify = (data: Json, topic = 'ticket.state.updated'): CaseStep['records'] => [
  { topic, body: { id: 'n1', topic, account: 'acme', created_at: 1768039200, data } },
]
const listed = (body: Json): CaseStep['records'] => [{ stream: 'tickets', body }]

async function run(
  steps: readonly (Pick<CaseStep, 'ingress' | 'records'> & Partial<CaseStep>)[],
  lookups: CaseInput['lookups'] = { contact: { a1: ada }, ticket: { 7: ticket } },
  engine = createMapEngine(engineParts),
): Promise<readonly CaseOccurrence[]> {
  const at = '2026-01-10T10:00:00.000Z'
  const input = {
    version: 1,
    id: 'x',
    workspace: 'acme',
    lookups,
    steps: steps.map((step) => ({ at, ...step })),
  } as const
  return (await engine.run(input)).occurrences
}

/** Keys without the workspace, skip reasons, fault codes. */
const summarize = (all: readonly CaseOccurrence[]) =>
  all.map((one) => {
    if ('skipped' in one) return one.skipped
    if ('fault' in one) return `${one.metric}: ${one.fault.code}`
    return 'key' in one ? one.key.replace('acme:', '') : one.metric
  })

test('an event has key, time, contact, profile and properties', async () => {
  const [event] = await run([{ ingress: 'webhook', records: notify({ ...ticket, parts: ticket.parts.slice(0, 1) }) }])
  expect(event).toEqual({
    metric: 'Resolved Ticket',
    key: 'acme:resolved-ticket:p1',
    time: '2026-01-10T09:56:40.000Z',
    contact: 'a1',
    profile: { email: 'ada@example.com', properties: { Role: 'user' } },
    properties: { 'Ticket ID': '7', Title: 'A parcel', Tags: [] },
  })
})

describe('the same events come', () => {
  const both = ['resolved-ticket:p1', 'resolved-ticket:p2']
  test.each([
    ['webhook', notify(ticket), both],
    ['replay', notify(ticket), both],
    [
      'backfill',
      listed({ ...ticket, parts: ticket.parts }),
      ['replied-to-ticket:p1', 'resolved-ticket:p1', 'replied-to-ticket:p2', 'resolved-ticket:p2'],
    ],
    [
      'reconcile',
      listed(ticket),
      ['replied-to-ticket:p1', 'resolved-ticket:p1', 'replied-to-ticket:p2', 'resolved-ticket:p2'],
    ],
  ] as const)('by %s', async (ingress, records, expected) => {
    expect(summarize(await run([{ ingress, records }])).sort()).toEqual([...expected].sort())
  })
})

test('history and old events send identifiers only', async () => {
  const profileOf = async (step: Parameters<typeof run>[0][number]) => (await run([step]))[0] as { profile: JsonObject }
  const identifiers = { profile: { email: 'ada@example.com' } }
  expect(await profileOf({ ingress: 'backfill', records: listed(ticket) })).toMatchObject(identifiers)
  const late = await profileOf({ ingress: 'webhook', records: notify(ticket), at: '2026-01-12T10:00:00.000Z' })
  expect(late.profile).toEqual(identifiers.profile)
})

test('a key is sent once in an input, by whatever ingress, and again in the next', async () => {
  const engine = createMapEngine(engineParts)
  const steps = [
    { ingress: 'webhook', records: [...notify(ticket), ...notify(ticket)] },
    { ingress: 'reconcile', records: listed(ticket) },
  ] as const
  const keys = ['resolved-ticket:p1', 'resolved-ticket:p2', 'replied-to-ticket:p1', 'replied-to-ticket:p2']
  expect(summarize(await run(steps, undefined, engine))).toEqual(keys)
  expect(summarize(await run(steps, undefined, engine))).toEqual(keys)
})

test.each([
  ['a contact without an identifier is waited for in vain', { contact: { a1: { id: 'a1' } } }, 'no-identity'],
  ['a contact that the source does not have', {}, 'contact-not-found'],
])('%s', async (_, lookups, reason) => {
  const only = { ...ticket, parts: ticket.parts.slice(1) }
  expect(summarize(await run([{ ingress: 'webhook', records: notify(only) }], lookups))).toEqual([reason])
})

test('an event that is days later than the clock is mapped again a few times only', async () => {
  let maps = 0
  const { spec } = engineParts
  const counted: typeof spec = {
    ...spec,
    lookups: new Map(spec.lookups),
    get profile() {
      maps += 1
      return spec.profile
    },
  }
  const engine = createMapEngine({ ...engineParts, spec: counted })
  const only = notify({ ...ticket, parts: ticket.parts.slice(1) })
  const before = maps
  const steps = [{ ingress: 'webhook', records: only, at: '2026-01-01T10:00:00.000Z' }] as const
  expect(summarize(await run(steps, {}, engine))).toEqual(['contact-not-found'])
  expect(maps - before).toBeLessThan(20)
})

test('a lookup that a later step changes', async () => {
  const only = (part: number) => notify({ ...ticket, parts: ticket.parts.slice(part, part + 1) })
  const events = await run([
    { ingress: 'webhook', records: only(0) },
    { ingress: 'webhook', records: only(1), lookups: { contact: { a1: { ...ada, email: 'a@example.com' } } } },
  ])
  expect(events.map((one) => 'profile' in one && one.profile.email)).toEqual(['ada@example.com', 'a@example.com'])
})

test('a history that is read in full by a lookup is not found without it', async () => {
  const events = await run([{ ingress: 'backfill', records: listed(ticket) }], { contact: { a1: ada } })
  expect(summarize(events)).toContain('resource-not-found')
})

test('a profile is sent, and a part without a key fails with the place of the expression', async () => {
  expect(await run([{ ingress: 'webhook', records: notify(ada, 'person.updated') }])).toEqual([
    { metric: 'Profile', profile: { email: 'ada@example.com', properties: { Role: 'user' } } },
  ])
  const [failed] = await run([{ ingress: 'webhook', records: notify({ ...ticket, parts: [{ state: 'resolved' }] }) }])
  expect(failed).toEqual({
    metric: 'Resolved Ticket',
    fault: {
      code: 'mapping/no-key',
      message: expect.stringContaining('$part.id'),
      place: expect.stringMatching(/^mappings\/resolved-ticket\.yaml:\d+:\d+$/),
    },
  })
})

test('a record without an id, or a notification without a topic, fails as a whole', async () => {
  const [record] = await run([{ ingress: 'backfill', records: listed({ title: 'A' }) }])
  expect(record).toMatchObject({ metric: '', fault: { code: 'stream/no-id' } })
  const [notification] = await run([{ ingress: 'webhook', records: [{ topic: 'ticket.created', body: { id: 'n' } }] }])
  expect(notification).toMatchObject({ metric: '', fault: { code: 'webhook/no-topic' } })
})

test('a notification of another account brings nothing', async () => {
  const [record] = notify(ticket)
  const other = { ...record, body: { ...(record?.body as JsonObject), account: 'other' } }
  expect(await run([{ ingress: 'webhook', records: [other] }])).toEqual([])
})

test('a message is fitted into the limits of the destination, which may refuse it', async () => {
  const fits = createMapEngine({
    ...engineParts,
    fit: (message) => ({ message: { ...message, profile: { email: 'fitted@example.com' } }, changes: [] }),
  })
  const only = [{ ingress: 'webhook', records: notify({ ...ticket, parts: ticket.parts.slice(0, 1) }) }] as const
  expect(await run(only, undefined, fits)).toMatchObject([{ profile: { email: 'fitted@example.com' } }])
  const refuses = createMapEngine({
    ...engineParts,
    fit: () => {
      throw new Error('too large')
    },
  })
  expect(summarize(await run(only, undefined, refuses))).toEqual(['Resolved Ticket: bug/unexpected'])
})
