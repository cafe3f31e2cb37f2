/** What cases resolve to: notifications, stream items, lookups, and expectations by ingress. */
import { expect, test } from 'vitest'
import { loadCases } from '../../../../runtime/conformance/cases/load-cases.ts'
import type { CaseInput, ResolvedCase } from '../../../../runtime/conformance/types.ts'
import { caseParts } from '../../../helpers/conformance/small-spec.ts'

async function resolve(text: string, parts = caseParts): Promise<readonly ResolvedCase[]> {
  const { cases, diagnostics } = await loadCases([{ path: 'tests/a.yaml', text }], parts)
  expect(diagnostics.map(({ message }) => message)).toEqual([])
  return cases
}

const bodiesOf = (cases: readonly ResolvedCase[]) => cases.map(({ input }) => input.steps[0]?.records[0]?.body)

const changed = `
metric: Resolved Ticket
given:
  topic: ticket.state.updated
  stream: tickets
  item: { id: "7", title: A, tags: [{ name: x }, { name: y }], custom: { Order no. 1: 5 } }
  set: { title: B, tags.0.name: z }
cases:
  - name: a
    given:
      set: { 'custom."Order no. 1"': 6, tags.2: { name: w } }
      remove: [tags.1]
      webhook: { set: { title: C } }
      backfill: { remove: [title] }
      notification: { id: n9, extra: { a: 1 } }
    expect: []
`

test('a file lays its changes first, then the case, then the ingress', async () => {
  const cases = await resolve(changed)
  const item = { id: '7', tags: [{ name: 'z' }, { name: 'w' }], custom: { 'Order no. 1': 6 } }
  const notification = {
    id: 'n9',
    topic: 'ticket.state.updated',
    account: 'abc123de',
    created_at: 1768039200,
    extra: { a: 1 },
  }
  expect(cases.map(({ ingress }) => ingress)).toEqual(['webhook', 'backfill', 'replay'])
  expect(bodiesOf(cases)).toEqual([
    { ...notification, data: { ...item, title: 'C' } },
    item,
    { ...notification, data: { ...item, title: 'C' } },
  ])
})

test('places are those of the file', async () => {
  const [first] = await resolve(changed)
  expect(first).toMatchObject({
    name: 'tests/a.yaml: a',
    place: { file: 'tests/a.yaml', line: 9, column: 11 },
    expectedPath: ['cases', 0, 'expect'],
    input: { id: 'tests/a.yaml: a (webhook)', steps: [{ at: '2026-01-10T10:00:00.000Z' }] },
  })
})

test('an item is wrapped by members and expressions', async () => {
  const cases = await resolve(`
cases:
  - name: a
    given:
      topic: ticket.created
      item: { id: "7", parts: [{ id: 1 }, { id: 2 }] }
      wrap: { type: both, ticket: $item, part: "$.parts[-1]", other: "$.absent", list: [$item] }
    expect: []`)
  const item = { id: '7', parts: [{ id: 1 }, { id: 2 }] }
  expect(bodiesOf(cases)).toMatchObject([
    { data: { type: 'both', ticket: item, part: { id: 2 }, list: [item] } },
    { data: { type: 'both' } },
  ])
  expect(Object.keys((bodiesOf(cases)[0] as { data: object }).data)).toEqual(['type', 'ticket', 'part', 'list'])
})

test('inline resources win over those of files, those of the case over those of its file', async () => {
  const [one] = await resolve(`
given:
  topic: ticket.created
  fixture: ticket.json
  lookups: [lookups.json, { contact: [{ item: { id: b2 } }] }]
cases:
  - name: a
    given: { lookups: { contact: [{ fixture: person.json, set: { email: null } }] } }
    expect: []`)
  expect(one?.input.lookups).toMatchObject({
    contact: { a1: { id: 'a1', email: null, role: 'user' }, b2: { id: 'b2' } },
    team: { 50: { id: '50', name: 'Orders' } },
  })
})

test('the lookup of full resources finds the item of the stream', async () => {
  const cases = await resolve(`
given: { stream: tickets, fixture: ticket.json }
cases:
  - { name: a, expect: [] }
  - { name: b, given: { lookups: { ticket: [{ item: { id: "7", title: other } }] } }, expect: [] }`)
  expect(cases.map(({ input }) => input.lookups.ticket?.[7])).toMatchObject([{ parts: {} }, { title: 'other' }])
})

test('a stream does not have what the spec says that it lacks, and a poll reads the whole resource', async () => {
  const { spec } = caseParts
  const tickets = spec.streams.get('tickets')
  if (tickets === undefined) throw new Error('the small spec has the stream tickets')
  const poll = { request: tickets.request, updatedAt: tickets.next, order: 'oldest-first' } as const
  const streams = new Map(spec.streams).set('tickets', { ...tickets, lacks: ['parts'], poll })
  const cases = await resolve(
    `
given: { stream: tickets, fixture: ticket.json }
cases: [{ name: a, expect: [] }]`,
    { ...caseParts, spec: { ...spec, streams } },
  )
  expect(cases.map(({ ingress }) => ingress)).toEqual(['backfill', 'reconcile'])
  expect(bodiesOf(cases).map((body) => 'parts' in (body as object))).toEqual([false, true])
})

test('a recording brings its notifications with the changes of their items', async () => {
  const cases = await resolve(`
given: { recorded: webhooks.json, stream: tickets, set: { title: Changed } }
cases: [{ name: a, expect: [] }]`)
  expect(cases.map(({ ingress }) => ingress)).toEqual(['webhook', 'backfill', 'replay'])
  expect(cases[0]?.input.steps[0]?.records).toMatchObject([
    { topic: 'ticket.created', body: { id: 'n1', account: 'acme', data: { title: 'Changed', id: '7' } } },
  ])
  expect(bodiesOf(cases)[1]).toMatchObject({ title: 'Changed', id: '7' })
})

test('a replay expects what a webhook does, a poll what history does without its skips', async () => {
  const { spec } = caseParts
  const people = spec.streams.get('people')
  if (people === undefined) throw new Error('the small spec has the stream people')
  const poll = { request: people.request, updatedAt: people.next, order: 'oldest-first' } as const
  const streams = new Map(spec.streams).set('people', { ...people, poll })
  const cases = await resolve(
    `
given: { topic: person.created, stream: people, fixture: person.json }
cases:
  - name: a
    expectBy:
      webhook: [{ key: live }]
      backfill: [{ key: old }, { skipped: no-contact }]
    because: it is a test`,
    { ...caseParts, spec: { ...spec, streams } },
  )
  expect(cases.map(({ ingress, expected }) => [ingress, expected.map(({ key }) => key)])).toEqual([
    ['webhook', ['live']],
    ['backfill', ['old', undefined]],
    ['reconcile', ['old']],
    ['replay', ['live']],
  ])
})

test('a course goes to its resolver', async () => {
  const seen: string[] = []
  const input: CaseInput = { version: 1, id: 'x', workspace: 'w', lookups: {}, steps: [] }
  const cases = await resolve(
    `
metric: Resolved Ticket
given: { now: 2026-01-10T09:00:00Z, workspace: acme }
cases:
  - name: a course
    given: { items: { ticket: { fixture: ticket.json } }, course: [{ at: 0s, item: ticket, topic: ticket.created }] }
    expect: [{ key: a }]`,
    {
      ...caseParts,
      resolveCourse: async ({ name, place, now, metric, expectedBy }) => {
        seen.push(name, `${now}`, `${metric}`)
        const { expected = [] } = expectedBy('both') ?? {}
        return [{ name, ingress: 'course', place, input, expected }]
      },
    },
  )
  expect(seen).toEqual(['tests/a.yaml: a course', '1768035600000', 'Resolved Ticket'])
  expect(cases).toMatchObject([{ ingress: 'course', expected: [{ key: 'a', metric: 'Resolved Ticket' }] }])
})
