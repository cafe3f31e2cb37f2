/** What a plan says of a changed spec: pairs of specs, and records mapped by both. */
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import { vendorRules } from '../../../connector/spec-rules.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { planChanges } from '../../../runtime/plan/plan.ts'
import { hasChanges, isBroken, needsConsent, type Sample } from '../../../runtime/plan/types.ts'
import { loadSpec } from '../../../runtime/spec/load.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { addAfter, changeFiles, type SpecChanges } from '../../helpers/spec/changed-spec.ts'

const replace = (find: string, put: string) => (text: string) => {
  if (!text.includes(find)) throw new Error(`"${find}" is not in the file`)
  return text.replace(find, put)
}

const TICKET = 'mappings/created-ticket.yaml'
const SET = 'mappings/_ticket.yaml'
const PROFILE = 'mappings/profile.yaml'
const CONNECTOR = 'connector.yaml'
const parts = { clock: virtualClock(), findLookup: () => undefined }

const shipped = loadChanged({})

async function loadChanged(changes: SpecChanges): Promise<Spec> {
  const { spec, diagnostics } = await loadSpec('', { functions, rules: vendorRules, files: changeFiles(changes) })
  if (spec === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return spec
}

async function plan(before: SpecChanges, after: SpecChanges, samples: readonly Sample[] = []) {
  const load = (changes: SpecChanges) => (Object.keys(changes).length === 0 ? shipped : loadChanged(changes))
  const specs = { before: await load(before), after: await load(after) }
  return planChanges({ ...specs, samples }, parts)
}

const ticket = (changes: readonly object[], change = 'changed') => ({
  metrics: [{ metric: 'Created Ticket', change, changes }],
})
const section = (name: string, changes: readonly object[]) => ({ sections: { [name]: changes } })
const disabled = { [TICKET]: (text: string) => `${text}enabled: false\n` }
const own = (lines: string) => ({ [TICKET]: (text: string) => `${text}properties:\n  ${lines}\n` })

const OWN_METRIC = `metric: Shared Ticket
summary: A ticket was shared.
resource: ticket
from: { webhook: { topics: [ticket.admin.replied] } }
key: [shared-ticket, id]
time: created_at
contact: contacts.contacts[0].id
properties: { Company: $company.name }
`
const WITH_COMPANY = addAfter(
  'lookups:',
  '  company: { get: { request: { path: "/companies/{key}" }, id: id }, key: company_id, ttl: 1h }',
)

test.each<[name: string, before: SpecChanges, after: SpecChanges, expected: object]>([
  [
    'an added property',
    {},
    own('Urgent: is_shared'),
    ticket([{ change: 'added', name: 'properties.Urgent', after: 'is_shared' }]),
  ],
  [
    'a removed property',
    own('Urgent: is_shared'),
    {},
    ticket([{ change: 'removed', name: 'properties.Urgent', before: 'is_shared' }]),
  ],
  [
    'another expression',
    own('Urgent: is_shared'),
    own('Urgent: open'),
    ticket([{ change: 'changed', name: 'properties.Urgent', before: 'is_shared', after: 'open' }]),
  ],
  [
    'another type',
    own('Urgent: is_shared'),
    own('Urgent: { expr: is_shared, type: string }'),
    ticket([{ change: 'changed', name: 'properties.Urgent', before: 'is_shared', after: 'is_shared (type: string)' }]),
  ],
  [
    'another value for a missing one',
    own('Urgent: { expr: is_shared, whenMissing: { default: false } }'),
    own('Urgent: is_shared'),
    ticket([{ before: 'is_shared (default: false)', after: 'is_shared' }]),
  ],
  [
    'a skip rule',
    {},
    { [TICKET]: (text) => `${text}skip: { internal: is_shared = false }\n` },
    ticket([{ change: 'added', name: 'skip.internal', after: 'is_shared = false' }]),
  ],
  [
    'a value and a currency',
    {},
    { [TICKET]: (text) => `${text}value: ticket_parts.total_count\ncurrency: '"EUR"'\n` },
    ticket([{ name: 'value' }, { name: 'currency', after: '"EUR"' }]),
  ],
  [
    'a profile property that events set',
    {},
    { [TICKET]: (text) => `${text}profile: { Has Ticket: "true" }\n` },
    ticket([{ change: 'added', name: 'profile.Has Ticket' }]),
  ],
  [
    'history that is lost',
    {},
    { [TICKET]: replace('  stream: tickets\n', '') },
    ticket([{ change: 'removed', name: 'from.stream', effect: 'an import no longer brings its history' }]),
  ],
  [
    'history that is gained',
    { [TICKET]: replace('  stream: tickets\n', '') },
    {},
    ticket([{ change: 'added', name: 'from.stream', effect: 'an import can bring its history' }]),
  ],
  ['a disabled metric', {}, disabled, { metrics: [{ metric: 'Created Ticket', change: 'disabled' }] }],
  ['an enabled metric', disabled, {}, { metrics: [{ metric: 'Created Ticket', change: 'enabled' }] }],
  [
    'an added metric, with its topic and its lookup',
    {},
    { [CONNECTOR]: WITH_COMPANY, 'mappings/shared-ticket.yaml': OWN_METRIC },
    {
      metrics: [{ metric: 'Shared Ticket', change: 'added' }],
      sections: {
        topics: [{ change: 'added', name: 'ticket.admin.replied', effect: 'subscribe to it in Intercom' }],
        lookups: [
          { change: 'added', name: 'company', effect: 'one request more for each that is not cached (for 1 h)' },
        ],
      },
    },
  ],
  [
    'a renamed metric',
    {},
    { [TICKET]: replace('metric: Created Ticket', 'metric: Opened Ticket') },
    { metrics: [{ metric: 'Opened Ticket', change: 'renamed', formerName: 'Created Ticket', changes: [] }] },
  ],
  [
    'a profile property that is removed',
    {},
    { [PROFILE]: replace('  Contact Role: role', '  #') },
    section('profile', [{ change: 'removed', effect: 'profiles in Klaviyo keep the value that they have' }]),
  ],
  [
    'a profile attribute that is overwritten',
    { [PROFILE]: replace('  location.city: location.city\n', '') },
    {},
    section('profile', [
      { name: 'attributes.location.city', effect: 'overwrites the value that profiles in Klaviyo have' },
    ]),
  ],
  [
    'people of whom nothing is sent',
    {},
    { [CONNECTOR]: addAfter('people:', '  exclude: { domains: [acme.com] }') },
    section('people', [{ change: 'added', name: 'exclude.domains', after: 'acme.com' }]),
  ],
  [
    'a setting',
    {},
    { [CONNECTOR]: replace('liveWindow: 24h', 'liveWindow: 12h') },
    section('settings', [{ name: 'delivery.liveWindow', before: '1 d', after: '12 h' }]),
  ],
  [
    'a prefix of all metrics',
    {},
    { [CONNECTOR]: replace('metricPrefix: ""', 'metricPrefix: "Test "') },
    section('settings', [
      { name: 'destination.metricPrefix', effect: expect.stringContaining('every metric is a new one') },
    ]),
  ],
  [
    'a recipe whose metric is no longer sent',
    {},
    { 'mappings/rated-conversation.yaml': (text) => `${text}enabled: false\n` },
    section('recipes', [{ change: 'removed', name: 'after-a-rating' }, { name: 'low-rating' }]),
  ],
  [
    'a recipe whose property changes',
    {},
    { 'mappings/rated-conversation.yaml': replace('Rating: $part.rating #', 'Rating: $string($part.rating) #') },
    section('recipes', [{ name: 'low-rating', effect: 'reads Conversation Rating of Rated Conversation' }]),
  ],
])('tells %s', async (_, before, after, expected) => {
  const found = await plan(before, after)
  expect(found).toMatchObject(expected)
  expect(hasChanges(found)).toBe(true)
  expect(needsConsent(found)).toBe(false)
})

test.each<[name: string, after: SpecChanges]>([
  ['nothing', {}],
  ['a summary', { [TICKET]: replace('summary: A', 'summary: Some') }],
  [
    'a comment in an expression',
    { [TICKET]: replace('created_at, created_at]', "created_at, /* that's */ created_at]") },
  ],
  ['a comment, an indent', { [SET]: replace('    ?? $phone(', '        ?? $phone(') }],
])('%s changes nothing', async (_, after) => {
  expect(hasChanges(await plan({}, after))).toBe(false)
})

const REKEYED = { [TICKET]: replace('key: [created-ticket, id]', 'key: [ticket-created, id]') }
const REWORDED = { [TICKET]: replace('ticket, id]', 'ticket, "(id)"]') }

const notice = (changes: object = {}, topic = 'ticket.created'): Sample => ({
  topic,
  isDead: false,
  body: JSON.stringify({
    ...{ type: 'notification_event', app_id: 'w', topic, created_at: 1_767_950_000 },
    data: {
      item: {
        ...{ type: 'ticket', id: '77', ticket_id: '7', created_at: 1_767_950_000, category: 'Customer' },
        ticket_attributes: { _default_title_: 'Ada Lovelace' },
        contacts: { contacts: [{ id: 'c1', email: 'ada@shop.example', role: 'user' }] },
        ...changes,
      },
    },
  }),
})

describe('a key', () => {
  const key = { before: ['created-ticket', 'id'], after: ['ticket-created', 'id'] }

  test('needs consent without a store', async () => {
    const found = await plan({}, REKEYED)
    expect(found.metrics).toMatchObject([{ metric: 'Created Ticket', key: { ...key, needsConsent: true } }])
    expect(needsConsent(found)).toBe(true)
  })

  test('needs none if records prove that it gives the same', async () => {
    expect(needsConsent(await plan({}, REWORDED))).toBe(true)
    const found = await plan({}, REWORDED, [notice()])
    expect(found.metrics).toMatchObject([{ change: 'changed', key: { needsConsent: false } }])
    expect(needsConsent(found)).toBe(false)
  })

  test('is compared with all that ever ran, in what a store has delivered', async () => {
    const spec = await shipped
    const ledger = (count: number) => ({
      events: async () => [],
      readRecord: async () => undefined,
      deliveredByDay: async () => (count === 0 ? [] : [{ day: '2026-01-03', count }]),
    })
    const input = { before: spec, after: spec, keys: { 'Created Ticket': ['old', 'id'] }, samples: [] }
    const found = await planChanges({ ...input, ledger: ledger(95) }, parts)
    expect(found.metrics).toMatchObject([{ key: { delivered: 95, since: '2026-01-03', needsConsent: true } }])
    const none = await planChanges({ ...input, ledger: ledger(0) }, parts)
    expect(none.metrics).toMatchObject([{ key: { delivered: 0, needsConsent: false } }])
  })
})

describe('losses', () => {
  const FAILING = own('Size: $number(ticket_attributes._default_title_)')
  const lossesOf = async (before: SpecChanges, after: SpecChanges, samples: readonly Sample[]) =>
    (await plan(before, after, samples)).samples.losses
  const many = (count: number, changes: object = {}) => Array.from({ length: count }, () => notice(changes))

  test.each<[what: string, after: SpecChanges, samples: readonly Sample[], isBroken: boolean, expected: object]>([
    [
      'all fail',
      FAILING,
      many(12),
      true,
      {
        records: 12,
        failing: [
          {
            message: 'the expression failed: a value cannot be read as a number',
            place: expect.stringMatching(/^mappings\/created-ticket\.yaml:\d+:\d+$/),
            records: 12,
          },
        ],
        leftOut: 0,
        emptied: [],
      },
    ],
    [
      'one fails',
      FAILING,
      [...many(3, { ticket_attributes: { _default_title_: '1' } }), notice()],
      true,
      { records: 4, failing: [{ records: 1 }] },
    ],
    [
      'all are left out',
      { [TICKET]: (text) => `${text}when: category = "Tracker"\n` },
      many(2),
      true,
      { sent: 2, leftOut: 2, failing: [], reasons: { 'its conditions give no occurrence': 2 } },
    ],
    [
      'some are left out, as is often meant',
      { [TICKET]: (text) => `${text}skip: { of-customers: category = "Customer" }\n` },
      [notice(), notice({ category: 'Tracker' })],
      false,
      { sent: 2, leftOut: 1, reasons: { 'skipped: of-customers': 1 } },
    ],
    [
      'a property is missing everywhere',
      { [SET]: replace('Category: category', 'Category: open') },
      many(3),
      true,
      { emptied: [{ name: 'properties.Category', records: 3 }], leftOut: 0 },
    ],
  ])('%s', async (_, after, samples, broken, expected) => {
    const losses = await lossesOf({}, after, samples)
    expect(losses).toMatchObject([{ metric: 'Created Ticket', ...expected }])
    expect(losses.some(isBroken)).toBe(broken)
  })

  test('of the profile, by what goes with events', async () => {
    const losses = await lossesOf(
      {},
      { [PROFILE]: replace('  Contact Role: role', '  Contact Role: avatar.id') },
      many(2),
    )
    expect(losses).toMatchObject([{ metric: 'Profile', emptied: [{ name: 'properties.Contact Role', records: 2 }] }])
  })

  test('of a new metric that fails', async () => {
    const failing = OWN_METRIC.replace('Company: $company.name', 'Size: $number(type)')
    const losses = await lossesOf({}, { 'mappings/shared-ticket.yaml': failing }, [notice({}, 'ticket.admin.replied')])
    expect(losses).toMatchObject([{ metric: 'Shared Ticket', records: 1, failing: [{ records: 1 }] }])
  })

  test.each<[what: string, before: SpecChanges, after: SpecChanges]>([
    ['what failed before', FAILING, own('Size: $number(category)')],
    ['a property that is no longer mapped', {}, { [SET]: replace('  Category: category', '  #') }],
    ['a metric that is turned off', {}, disabled],
    [
      'what needs a lookup without a stored value',
      { [CONNECTOR]: WITH_COMPANY, ...own('Company: category') },
      { [CONNECTOR]: WITH_COMPANY, ...own('Company: $company.name') },
    ],
  ])('are not %s', async (_, before, after) => {
    expect(await lossesOf(before, after, many(2, { company_id: 'x' }))).toEqual([])
  })
})

describe('records mapped by both specs', () => {
  const samplesOf = async (before: SpecChanges, after: SpecChanges, samples = [notice()]) =>
    (await plan(before, after, samples)).samples

  test('give the same events', async () => {
    expect(await samplesOf({}, {})).toMatchObject({ records: 1, metrics: [] })
  })

  test.each<[after: SpecChanges, expected: object]>([
    [REKEYED, { newKeys: 1, sameKeys: 0 }],
    [{ [TICKET]: replace('created_at][0]"', 'created_at + 60][0]"') }, { newTimes: 1, sameKeys: 1 }],
    [
      { [TICKET]: (text) => `${text}skip: { of-customers: category = "Customer" }\n` },
      { before: 1, after: 0, vanishing: { 'skipped: of-customers': 1 } },
    ],
    [
      { [TICKET]: (text) => `${text}when: category = "Tracker"\n` },
      { vanishing: { 'its conditions give no occurrence': 1 } },
    ],
    [disabled, { vanishing: { 'no such metric': 1 } }],
    [
      { [TICKET]: replace('[ticket.created]', '[ticket.state.updated]') },
      { vanishing: { 'does not take ticket.created': 1 } },
    ],
    [
      {
        [SET]: replace(
          'Ticket Name: ticket_attributes._default_title_',
          'Ticket Title: ticket_attributes._default_title_',
        ),
      },
      {
        values: [
          {
            name: 'properties.Ticket Name',
            change: 'removed',
            count: 1,
            before: 1,
            after: 0,
            examples: ['text of 12 → nothing'],
          },
          { name: 'properties.Ticket Title', change: 'added', count: 1, examples: ['nothing → text of 12'] },
        ],
      },
    ],
    [
      {
        [SET]: replace('Ticket ID: { expr: ticket_id, type: string }', 'Ticket ID: { expr: ticket_id, type: number }'),
      },
      { values: [{ name: 'properties.Ticket ID', change: 'type', examples: ['text of 1 → 7'] }] },
    ],
    [
      { [SET]: replace('Category: category', `Category: 'category = "Customer" ? "buyer" : "other"'`) },
      { values: [{ name: 'properties.Category', change: 'value', examples: ['"Customer" → "buyer"'] }] },
    ],
  ])('%o', async (after, expected) => {
    expect((await samplesOf({}, after)).metrics).toMatchObject([{ metric: 'Created Ticket', ...expected }])
  })

  test('are counted, with three examples of each at most', async () => {
    const shortened = { [SET]: replace('Ticket Name: ticket', 'Ticket Name: $uppercase(ticket') }
    const closed = { [SET]: (text: string) => shortened[SET](text).replace('_default_title_', '_default_title_)') }
    const titles = ['a', 'bb', 'ccc', 'dddd', 'eeeee'].map((title) => ({
      ticket_attributes: { _default_title_: title },
    }))
    const { metrics } = await samplesOf(
      {},
      closed,
      titles.map((changes) => notice(changes)),
    )
    expect(metrics[0]?.values).toEqual([
      {
        name: 'properties.Ticket Name',
        change: 'value',
        count: 5,
        before: 5,
        after: 5,
        examples: ['text of 1 → text of 1', 'text of 2 → text of 2', 'text of 3 → text of 3'],
      },
    ])
  })

  test('tell which dead letters of the mapping succeed now', async () => {
    const failing = { [SET]: replace('Category: category', 'Category: $number(category)') }
    const dead = [
      { ...notice(), isDead: true },
      { ...notice({ category: '1' }), isDead: true },
    ]
    const { metrics, deadLetters } = await samplesOf(failing, {}, dead)
    expect(deadLetters).toEqual({ sampled: 1, mappable: 1 })
    expect(Object.keys(metrics[0]?.appearing ?? {})).toEqual([
      expect.stringMatching(/^fails at mappings\/_ticket\.yaml:/),
    ])
  })

  test('of a renamed metric are compared with those under its old name', async () => {
    const renamed = { [TICKET]: replace('metric: Created Ticket', 'metric: Opened Ticket') }
    expect((await samplesOf({}, renamed)).metrics).toEqual([])
  })

  test('show nothing of a person', async () => {
    const after = {
      [SET]: replace('email: $email($contact.email)', 'email: $uppercase($contact.email)'),
      [PROFILE]: replace('email: $email(email)', 'email: $email("x" & email)'),
    }
    const found = JSON.stringify(await plan({}, after, [notice()]))
    expect(found).toContain('text of 16')
    expect(found).not.toMatch(/ada|lovelace|shop\.example/i)
  })
})
