/** Comparing a result with a case: every kind of difference, its place in the case file and in the spec. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import { compareCase } from '../../../../runtime/conformance/compare/compare-case.ts'
import { compareIngresses } from '../../../../runtime/conformance/compare/compare-ingresses.ts'
import type { ExpectedOccurrence } from '../../../../runtime/conformance/types.ts'
import type { Spec } from '../../../../runtime/spec/spec.ts'
import { caseOf, eventOf, placeAt, resultOf } from '../../../helpers/conformance/reports.ts'

let spec: Spec
beforeAll(async () => {
  spec = await loadConnectorSpec()
})

const METRIC = 'Rated Conversation'
const KEY = 'rated-conversation:1:2026-01-10T08:00:00'
const rated = eventOf({ metric: METRIC, key: `abc123de:${KEY}`, properties: { Title: 'Hello', Tags: ['VIP'] } })

const compare = (
  expected: readonly ExpectedOccurrence[],
  occurrences: Parameters<typeof resultOf>[0],
  more: Partial<Parameters<typeof caseOf>[0]> = {},
) => compareCase({ resolved: caseOf({ expected, ...more }), result: resultOf(occurrences) }, { spec })

describe('passes', () => {
  test.each([
    ['nothing expected, nothing came', [], []],
    ['a key without the workspace', [{ place: placeAt(5), metric: METRIC, key: KEY }], [rated]],
    ['properties in full', [{ place: placeAt(5), properties: { Tags: ['VIP'], Title: 'Hello' } }], [rated]],
    ['a part of them', [{ place: placeAt(5), has: { Title: 'Hello' }, without: ['Priority'] }], [rated]],
    ['a skip reason', [{ place: placeAt(5), skipped: 'no-identity' }], [{ metric: METRIC, skipped: 'no-identity' }]],
    ['a part of the profile', [{ place: placeAt(5), profileHas: { location: { city: 'Cork' } } }], [rated]],
    [
      'the profile itself',
      [{ place: placeAt(5), metric: 'Profile', has: { email: 'ada@example.com' }, without: ['phone_number'] }],
      [{ metric: 'Profile', profile: { email: 'ada@example.com' } }],
    ],
  ] as const)('%s', (_, expected, occurrences) => {
    expect(compare(expected, occurrences)).toEqual([])
  })

  test('other metrics than that of the case', () => {
    const expected = [{ place: placeAt(5), key: KEY }]
    expect(compare(expected, [eventOf({ metric: 'Created Ticket', key: 'x' }), rated], { metric: METRIC })).toEqual([])
  })
})

test('of a course, events come in the order of their times', () => {
  const events = ['b', 'a'].map((key) =>
    eventOf({ metric: METRIC, key, time: `2026-01-0${key === 'a' ? 1 : 2}T00:00:00.000Z` }),
  )
  const expected = ['a', 'b'].map((key) => ({ place: placeAt(1), key }))
  expect(compare(expected, events, { isCourse: true })).toEqual([])
  expect(compare(expected, events)).toMatchObject([{ kind: 'order' }])
})

describe('differences', () => {
  test('a property has the place of its expression and of the expectation', () => {
    const [only, ...others] = compare([{ place: placeAt(7), has: { Title: 'Hi' } }], [rated])
    expect(others).toEqual([])
    expect(only).toMatchObject({
      kind: 'member',
      metric: METRIC,
      place: placeAt(7),
      member: ['properties', 'Title'],
      expected: 'Hi',
      actual: 'Hello',
      expression: { text: 'title' },
    })
    expect(only?.expression?.place).toMatch(/^mappings\/_conversation\.yaml:\d+:\d+$/)
  })

  test.each([
    ['key', { key: 'rated-conversation:2:x' }, ['key'], KEY],
    ['time', { time: '2027-01-01T00:00:00.000Z' }, ['time'], rated.time],
    ['contact', { contact: 'b' }, ['contact'], 'c1'],
    ['a property in full that came beside', { properties: { Title: 'Hello' } }, ['properties', 'Tags'], ['VIP']],
    ['a forbidden property', { without: ['Title'] }, ['properties', 'Title'], 'Hello'],
    [
      'a member of the profile',
      { profileHas: { location: { city: 'Bray' } } },
      ['profile', 'location', 'city'],
      'Cork',
    ],
  ])('%s', (_, expected, member, actual) => {
    const differences = compare([{ place: placeAt(5), metric: METRIC, ...expected }], [rated])
    expect(differences).toMatchObject([{ kind: 'member', member, actual }])
    expect(differences[0]?.expression?.place).toMatch(/^(mappings\/.+|profile\.yaml|mappings\/profile\.yaml):\d+:\d+$/)
  })

  test('a property that the mapping does not have', () => {
    const [only] = compare([{ place: placeAt(5), has: { Titel: 'Hello' } }], [rated])
    expect(only?.because).toEqual(['mappings/rated-conversation.yaml has no property "Titel"; did you mean "Title"?'])
  })

  test('an event that was skipped says why', () => {
    const differences = compare([{ place: placeAt(5), key: KEY }], [{ metric: METRIC, skipped: 'no-identity' }])
    expect(differences).toMatchObject([{ kind: 'outcome', expected: 'sent', actual: 'skipped: no-identity' }])
    expect(differences[0]?.because[0]).toMatch(/e-mail address nor a phone number/)
  })

  test('a fault has its message and its place', () => {
    const fault = { code: 'expression/T2001', message: 'not a number', place: 'mappings/rated-conversation.yaml:3:1' }
    const [only] = compare([{ place: placeAt(5), key: KEY }], [{ metric: METRIC, fault }])
    expect(only).toMatchObject({
      kind: 'outcome',
      actual: 'fault: expression/T2001',
      because: ['not a number'],
      expression: { place: fault.place },
    })
  })

  test('codes of another engine are not compared, presence is', () => {
    const expected = [{ place: placeAt(5), fault: 'mapping/no-key' }]
    const foreign = { metric: METRIC, fault: { code: 'E1', message: '' } }
    const run = (actual: Parameters<typeof resultOf>[0]) =>
      compareCase({ resolved: caseOf({ expected }), result: resultOf(actual) }, { spec, foreignCodes: true })
    expect(run([foreign])).toEqual([])
    expect(run([rated])).toMatchObject([{ kind: 'outcome' }])
    expect(compare(expected, [foreign])).toMatchObject([{ kind: 'outcome' }])
  })

  test('one occurrence too many or too few leaves the others alone', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((key) => eventOf({ metric: METRIC, key: `abc123de:${key}` }))
    const all = ['a', 'b', 'c'].map((key, at) => ({ place: placeAt(at + 1), key }))
    expect(
      compare(
        all,
        [a, c].flatMap((one) => one ?? []),
      ),
    ).toMatchObject([{ kind: 'missing', place: placeAt(2) }])
    const some = all.filter(({ key }) => key !== 'b')
    expect(
      compare(
        some,
        [a, b, c].flatMap((one) => one ?? []),
      ),
    ).toMatchObject([{ kind: 'unexpected', actual: { ...b, key: 'b' } }])
  })

  test('the same occurrences in another order are one difference', () => {
    const [a, b] = ['a', 'b'].map((key) => eventOf({ metric: METRIC, key: `abc123de:${key}` }))
    const expected = ['b', 'a'].map((key) => ({ place: placeAt(1), metric: METRIC, key }))
    expect(
      compare(
        expected,
        [a, b].flatMap((one) => one ?? []),
      ),
    ).toMatchObject([
      { kind: 'order', expected: [`${METRIC} b`, `${METRIC} a`], actual: [`${METRIC} a`, `${METRIC} b`] },
    ])
  })
})

describe('why nothing came', () => {
  const reason = (metric: string, topic: string) =>
    compare([{ place: placeAt(5), metric }], [], { record: { topic, body: {} } })[0]

  test('the mapping listens to another topic', () => {
    expect(reason(METRIC, 'ticket.created')?.because).toEqual([
      'mappings/rated-conversation.yaml takes conversation.rating.added, stream conversations; the case gives ticket.created',
    ])
  })

  test('the mapping takes the record, and finds no part', () => {
    const found = reason(METRIC, 'conversation.rating.added')
    expect(found?.because).toEqual(['mappings/rated-conversation.yaml takes the record, and its `each` gives no part'])
    expect(found?.expression?.place).toMatch(/^mappings\/rated-conversation\.yaml:\d+:\d+$/)
  })

  test('no mapping has the metric', () => {
    expect(reason('Rated Conversatoin', 'ticket.created')?.because).toEqual([
      'the spec has no metric "Rated Conversatoin"; did you mean "Rated Conversation"?',
    ])
  })
})

describe('ingresses', () => {
  const run = (ingress: 'webhook' | 'backfill', occurrences: Parameters<typeof resultOf>[0], line = 5) => ({
    resolved: caseOf({ ingress, expected: [{ place: placeAt(line), metric: METRIC }] }),
    result: resultOf(occurrences),
  })

  test('differ in what the case does not name', () => {
    const other = { ...rated, properties: { ...rated.properties, Title: 'Hi' } }
    expect(compareIngresses([run('webhook', [rated]), run('backfill', [other])], spec)).toMatchObject([
      { kind: 'ingress', ingresses: ['webhook', 'backfill'], member: ['properties', 'Title'], values: ['Hello', 'Hi'] },
    ])
  })

  test('an occurrence of one of them', () => {
    expect(compareIngresses([run('webhook', [rated]), run('backfill', [])], spec)).toMatchObject([
      { kind: 'ingress', values: [`${METRIC} ${KEY}`, undefined] },
    ])
  })

  test('with expectations of their own are not compared', () => {
    expect(compareIngresses([run('webhook', [rated]), run('backfill', [], 9)], spec)).toEqual([])
  })
})
