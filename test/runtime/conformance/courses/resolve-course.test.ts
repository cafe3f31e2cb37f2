/** Courses: what they resolve to, what comes of their steps, and what is said of wrong ones. */
import { describe, expect, test } from 'vitest'
import { loadCases } from '../../../../runtime/conformance/cases/load-cases.ts'
import { compareCase } from '../../../../runtime/conformance/compare/compare-case.ts'
import { kitParts, pipelineEngine, spec } from '../../../helpers/conformance/shipped-kit.ts'

const TICKET = `{ stream: tickets, item: { type: ticket, id: "7", created_at: 1768039200, contacts: { contacts: [{ id: a }] }, ticket_parts: { ticket_parts: [{ id: "1", ticket_state: submitted, created_at: 1768039200 }] } } }`
const ADA = `{ contact: [{ item: { type: contact, id: a, role: user, email: ada@example.com } }] }`
const hold = (id: number, from: string, at: number) =>
  `{ id: "${id}", ticket_state: waiting_on_customer, previous_ticket_state: ${from}, created_at: ${at} }`

const file = (course: string, expected = '[]', more = '') => `
given: { lookups: ${ADA}, items: { ticket: ${TICKET} } }
cases:
  - name: a course
    given: { course: ${course} }
    expect: ${expected}${more}
`

async function load(text: string) {
  const { cases, diagnostics } = await loadCases([{ path: 'tests/course.yaml', text }], kitParts)
  return { cases, messages: diagnostics.map(({ message, help, code }) => `${code}: ${message}; ${help}`) }
}

/** By way: the differences to what the course expects. */
async function run(text: string) {
  const { cases, messages } = await load(text)
  expect(messages).toEqual([])
  const ways: Record<string, unknown> = {}
  for (const resolved of cases) {
    const result = await pipelineEngine.run(resolved.input)
    ways[/\((\w+)\)$/.exec(resolved.input.id)?.[1] ?? ''] = compareCase({ resolved, result }, { spec })
  }
  return ways
}

const ALL = { webhook: [], backfill: [], reconcile: [], both: [] }
const SUBMITTED = `{ metric: Submitted Ticket, key: "submitted-ticket:1" }`
const CREATED = `{ metric: Created Ticket, key: "created-ticket:7" }`
const HELD = `{ metric: Marked Ticket On Hold, key: "marked-ticket-on-hold:2", time: "2026-01-10T10:01:00.000Z" }`
const STATE = 'topic: ticket.state.updated'
const SECOND = `ticket_parts.ticket_parts.1: ${hold(2, 'submitted', 1768039260)}`
const BEGIN = `{ at: 0s, item: ticket, topic: ticket.created }, { at: 0s, item: ticket, ${STATE} }`

describe('a course brings the same events by each way', () => {
  test.each([
    [
      'a lost notice',
      `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE}, lost: true }, { at: 2m, item: ticket, ${STATE} }`,
    ],
    ['a late notice', `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE}, late: 3d }`],
    ['a notice that arrives twice', `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE}, twice: true }`],
    [
      'notices in reverse',
      `{ name: hold, at: 1m, item: ticket, set: { ${SECOND} }, ${STATE} }, { name: again, at: 2m, item: ticket, ${STATE} }, { at: 3m, sent: [again, hold] }`,
    ],
    [
      'a silent change before the notice',
      `{ at: 1m, item: ticket, set: { ${SECOND} } }, { at: 2m, item: ticket, ${STATE} }`,
    ],
    [
      'a person who gets an address later',
      `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE} }, { at: 1m, lookup: contact, id: a, set: { email: null } }, { at: 5m, lookup: contact, id: a, set: { email: ada@example.com }, topic: contact.user.updated }`,
    ],
    [
      'a contact who is not found for a while',
      `{ at: 0s, lookup: contact, id: a, gone: true }, { at: 1m, item: ticket, set: { ${SECOND} }, ${STATE} }, { at: 3m, lookup: contact, id: a, gone: false }`,
    ],
    [
      'a contact who is merged into a new one',
      `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE} }, { at: 2m, lookup: contact, id: b, set: { type: contact, email: b@example.com } }, { at: 2m, lookup: contact, id: a, mergedInto: b }`,
    ],
  ])('%s', async (_, steps) => {
    expect(await run(file(`[${BEGIN}, ${steps}]`, `[${CREATED}, ${SUBMITTED}, ${HELD}]`))).toEqual(ALL)
  })

  test('a contact may be an item, which the lookup finds', async () => {
    const ada = `ada: { stream: contacts, item: { type: contact, id: a, role: lead } }`
    const steps = `[${BEGIN}, { at: 5m, item: ada, set: { email: ada@example.com }, topic: contact.lead.added_email }]`
    const text = file(steps, `[${CREATED}, ${SUBMITTED}]`).replace(`lookups: ${ADA}, items: {`, `items: { ${ada},`)
    expect(await run(text)).toEqual(ALL)
  })

  test('an import within the course brings what no notice told', async () => {
    const steps = `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE}, lost: true }, { at: 10m, import: true }`
    expect(await run(file(`[${BEGIN}, ${steps}]`, `[${CREATED}, ${SUBMITTED}, ${HELD}]`))).toEqual({ course: [] })
  })

  test('so does a poll', async () => {
    const steps = `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE}, lost: true }, { at: 10m, reconcile: true }`
    expect(await run(file(`[${BEGIN}, ${steps}]`, `[${CREATED}, ${SUBMITTED}, ${HELD}]`))).toEqual({ course: [] })
  })

  test('a missing event fails the ways that cannot see it', async () => {
    const steps = `{ at: 1m, item: ticket, set: { ${SECOND} }, ${STATE}, lost: true }`
    const ways = await run(file(`[${BEGIN}, ${steps}]`, `[${CREATED}, ${SUBMITTED}, ${HELD}]`))
    expect(ways).toEqual({
      ...ALL,
      webhook: [expect.objectContaining({ kind: 'missing', metric: 'Marked Ticket On Hold' })],
    })
  })
})

test('the lookups of an input are those of the end, and of its steps those of their moment', async () => {
  const change = `{ at: 5m, lookup: contact, id: a, set: { email: new@example.com } }`
  const { cases } = await load(file(`[${BEGIN}, ${change}]`))
  const { lookups, steps } = cases.find(({ ingress }) => ingress === 'webhook')?.input ?? {}
  expect(lookups?.contact).toEqual({ a: expect.objectContaining({ email: 'new@example.com' }) })
  expect(steps?.map(({ at, records, lookups }) => [at.slice(11, 16), records.length, lookups?.contact?.a])).toEqual([
    ['10:00', 2, expect.objectContaining({ email: 'ada@example.com' })],
    ['10:05', 0, expect.objectContaining({ email: 'new@example.com' })],
  ])
})

test('the ways that a case names are taken alone', async () => {
  const { cases } = await load(file(`[${BEGIN}]`, '[]', '\n    ingresses: [webhook, both]\n    because: only these'))
  expect(cases.map(({ ingress }) => ingress)).toEqual(['webhook', 'course'])
})

test.each(
  Object.entries({
    '[{ at: 0s, item: tickt, topic: ticket.created }]': [
      'cases/unknown-item: the course has no item "tickt"; did you mean "ticket"?',
    ],
    '[{ at: 2m, item: ticket }, { at: 1m, item: ticket }]': [
      'cases/course-order: the step is earlier than the one before it; put the steps in the order of their times; a notice that arrives later has late: 5m',
    ],
    '[{ at: 0s, item: ticket, topic: ticket.creatd }]': [
      'cases/unknown-topic: no resource has the topic "ticket.creatd"; did you mean "ticket.created"?',
    ],
    '[{ at: 0s, topic: ticket.created }]': [
      'cases/no-item: the step has a topic and names nothing that the notice is about; write item: NAME, or lookup: and id:',
    ],
    '[{ at: 0s, lookup: contct, id: a }]': [
      'cases/unknown-lookup: the spec has no lookup "contct"; did you mean "contact"?',
    ],
    '[{ at: 0s, lookup: contact }]': [
      'cases/unknown-lookup: the step names no resource of the lookup; write id: and the id of the resource',
    ],
    '[{ at: 0s, name: one, item: ticket, topic: ticket.created }, { at: 1m, sent: [two] }]': [
      'cases/unknown-step: no earlier step with a topic has the name "two"; known: one',
    ],
    '[{ at: 0s, item: ticket, lost: true }]': [
      'cases/no-topic: "lost" is about the notice of a change, and the step sends none; write topic: and that of the notice, or remove lost',
    ],
    '[{ at: 0s, item: ticket, topic: ticket.created, lost: true, late: 5m }]': [
      'cases/contradiction: the step has both lost and late; remove one of the two, or make two steps',
    ],
    '[{ at: 0s, item: ticket, lookup: contact, id: a }]': [
      'cases/contradiction: the step has both item and lookup; remove one of the two, or make two steps',
    ],
    '[{ at: 0s, import: true, reconcile: true }]': [
      'cases/contradiction: the step has both import and reconcile; remove one of the two, or make two steps',
    ],
    '[{ at: 0s, set: { open: true } }]': [
      'cases/no-item: the step does not name what "set" changes; write item: NAME, or lookup: and id:',
    ],
    '[{ at: 0s, item: ticket, gone: true }]': [
      'cases/contradiction: "gone" is about a resource of a lookup, and the step names an item; write lookup: and id: in place of item, or remove gone',
    ],
    '[{ at: 0s, item: ticket, topic: contact.user.updated }]': [
      'cases/other-resource: topic contact.user.updated is about a contact, and item ticket is a ticket; give a topic and an item of the same resource',
    ],
    '[{ at: 0s, item: ticket, set: { a.b: 1 } }]': [
      'cases/no-parent: the item has no "a"; known: contacts, created_at, id, ticket_parts, type; or set a as a whole',
    ],
  }),
)('%s', async (course, expected) => {
  expect((await load(file(course))).messages.map((one) => one.replace(/( ?did you mean [^?]*\?).*$/, '$1'))).toEqual(
    expected,
  )
})
