/** Writing what was seen into case files: only what differs changes, comments and layout stay. */

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import { compareCase } from '../../../../runtime/conformance/compare/compare-case.ts'
import type { CaseOccurrence, ExpectedOccurrence, ResolvedCase } from '../../../../runtime/conformance/types.ts'
import { updateCaseFile } from '../../../../runtime/conformance/update/update-case-file.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import type { Spec } from '../../../../runtime/spec/spec.ts'
import { caseOf, eventOf, placeAt, resultOf } from '../../../helpers/conformance/reports.ts'

let spec: Spec
beforeAll(async () => {
  spec = await loadConnectorSpec()
})

const METRIC = 'Rated Conversation'
const rated = (key: string, properties = {}) => eventOf({ metric: METRIC, key: `abc123de:${key}`, properties })

/** Updates the only case of a text; `ingresses` gives the occurrences of each. */
function update(text: string, ...ingresses: readonly (readonly CaseOccurrence[])[]) {
  const { cases, metric } = parse(text)
  const [{ name, expect: items }] = cases
  const expected: ExpectedOccurrence[] = items.map((item: object) => ({ metric, ...item, place: placeAt(1) }))
  const runs = ingresses.map((occurrences, at) => {
    const resolved: ResolvedCase = caseOf({
      name,
      expected,
      metric,
      expectedPath: ['cases', 0, 'expect'],
      ingress: at === 0 ? 'webhook' : 'reconcile',
    })
    return { resolved, result: resultOf(occurrences) }
  })
  return updateCaseFile(text, runs, { spec })
}

const TEXT = `# Ratings
metric: Rated Conversation   # of either kind
cases:
  - name:   a rating         # the common one
    expect:
      # The first.
      - key: "a"             # never changes
        has: { Title: 'Hello',   Count: 1 }   # parts

      - key: b
        properties:
          Title: Hi          # short
          Tags: [VIP, Knitter]
        without: [Priority, Team]
`
const first = rated('a', { Title: 'Hello', Count: 1 })
const second = rated('b', { Title: 'Hi', Tags: ['VIP', 'Knitter'] })

test.each([
  ['has: { Title: Hello }', '{ key: a }'],
  ['currency: EUR', '{ key: a }'],
  ['has: { Title: Hello, Count: 2 }', '{ has: { Count: 1 } }'],
])('an expectation of which nothing is left compares the key: %s', (before, after) => {
  const text = `metric: Rated Conversation\ncases:\n  - name: one\n    expect: [{ ${before} }]\n`
  const { text: updated = '' } = update(text, [rated('a', { Count: 1 })])
  expect(updated).toContain(`- ${after}`)
})

test('a list of texts in several lines is written in one', () => {
  const { text = '' } = update('metric: Rated Conversation\ncases:\n  - name: one\n    expect: []\n', [
    rated('a', { Title: ['two\nlines'] }),
  ])
  expect(parse(text).cases[0].expect[0].properties).toEqual({ Title: ['two\nlines'] })
})

test('nothing differs', () => {
  expect(update(TEXT, [first, second])).toEqual({ changed: [], refused: [] })
})

test('a list of a text of several lines is still YAML', () => {
  const { text = '' } = update(TEXT, [first, rated('b', { Title: 'Hi', Tags: ['two\nlines'] })])
  expect(parse(text).cases[0].expect[1].properties.Tags).toEqual(['two\nlines'])
})

test.each([[['two\nlines']], [[['two\nlines', ' x']]], [{ Name: 'two\nlines' }]])(
  'a value becomes %j in its place',
  (Title) => {
    const text = `metric: ${METRIC}\ncases:\n  - name: one\n    expect:\n      - properties:\n          Title: 5   # kept\n`
    const { text: updated = '' } = update(text, [rated('a', { Title })])
    expect(parse(updated).cases[0].expect[0].properties).toEqual({ Title })
    expect(updated).toContain('   # kept')
  },
)

test('a value is replaced in its place, in its quotes', () => {
  const seen = [
    rated('a2', { Title: 'Hello, "you"', Count: 2 }),
    rated('b', { Title: 'Hi: #1', Tags: ['VIP', 'Knitter'] }),
  ]
  const { text, changed } = update(TEXT, seen, seen)
  expect(changed).toHaveLength(1)
  expect(text).toBe(
    TEXT.replace('"a" ', '"a2" ')
      .replace("'Hello',", `'Hello, "you"',`)
      .replace('Count: 1', 'Count: 2')
      .replace('Hi  ', '"Hi: #1"  '),
  )
})

test('members come and go', () => {
  const seen = [first, rated('b', { Title: 'Hi', Priority: 'high', Plan: { name: 'pro' } })]
  const { text = '' } = update(TEXT, seen)
  expect(parse(text).cases[0].expect[1]).toEqual({
    key: 'b',
    properties: { Title: 'Hi', Priority: 'high', Plan: { name: 'pro' } },
    without: ['Team'],
  })
  expect(text).toMatchSnapshot()
})

describe('occurrences', () => {
  test('come and go', () => {
    const { text = '' } = update(TEXT, [second, { metric: METRIC, skipped: 'no-identity' }])
    expect(parse(text).cases[0].expect).toEqual([parse(TEXT).cases[0].expect[1], { skipped: 'no-identity' }])
    expect(text).toMatchSnapshot()
  })

  test('all go', () => {
    const { text = '' } = update(TEXT, [])
    expect(parse(text).cases[0].expect).toEqual([])
    expect(text).toContain('    expect: []\n')
  })

  test.each([['expect: []'], ['expect:\n      []']])('into an empty list: %j', (empty) => {
    const { text = '' } = update(`metric: ${METRIC}\ncases:\n  - name: a\n    ${empty} # none\n  - name: b\n`, [second])
    expect(parse(text).cases).toEqual([
      { name: 'a', expect: [{ key: 'b', time: second.time, contact: 'c1', properties: second.properties }] },
      { name: 'b' },
    ])
  })
})

describe('refuses', () => {
  test.each([
    ['a fault', [[{ metric: METRIC, fault: { code: 'mapping/no-key', message: '' } }]], /fails with mapping\/no-key/],
    ['ingresses that differ', [[first, second], [first]], /ingresses give different/],
  ])('%s', (_, ingresses, reason) => {
    const { text, changed, refused } = update(TEXT, ...(ingresses as CaseOccurrence[][]))
    expect({ text, changed }).toEqual({ text: undefined, changed: [] })
    expect(refused).toMatchObject([{ name: 'a rating', reason: expect.stringMatching(reason) }])
  })

  test('an alias', () => {
    const text = `metric: ${METRIC}\ncases:\n  - name: a\n    expect: [&one { key: a }, *one]\n`
    expect(update(text, [second])).toMatchObject({
      changed: [],
      refused: [{ reason: 'its list is written with an alias' }],
    })
  })
})

describe('whatever was expected and seen', () => {
  const text = fc.oneof(
    fc.constantFrom(
      'a',
      'a, b',
      'x: y',
      '# no',
      '',
      '[ a ]',
      '{ }',
      '- a',
      "it's",
      '"quoted"',
      'null',
      '5',
      '&a',
      '*b',
      'two\nlines',
      ' blank ',
      '\u0007',
    ),
    fc.string({ maxLength: 8 }),
  )
  const value: fc.Arbitrary<Json> = fc.oneof(
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(text.filter(Boolean), text, { maxKeys: 2 }),
  )
  const properties = fc.dictionary(fc.constantFrom('Title', 'Tags', 'a: b', '#'), value)
  const key = fc.constantFrom('a', 'b', 'c')
  const item: fc.Arbitrary<Json> = fc.oneof(
    fc.record({ skipped: fc.constantFrom('one', 'two') }),
    fc.record({ key, properties }, { requiredKeys: [] }),
    fc.record({ key, has: properties, without: fc.subarray(['Title', 'Tags']) }, { requiredKeys: [] }),
  )
  const occurrence: fc.Arbitrary<CaseOccurrence> = fc.oneof(
    fc.record({ metric: fc.constant(METRIC), skipped: fc.constantFrom('one', 'two') }),
    fc.tuple(key, properties).map(([name, members]) => rated(name, members)),
  )
  const layouts = [{}, { collectionStyle: 'flow' }, { defaultStringType: 'QUOTE_DOUBLE', indentSeq: false }] as const

  test('the case passes afterwards, and the others are unchanged', () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 4 }),
        fc.array(occurrence, { maxLength: 4 }),
        fc.constantFrom(...layouts),
        (items, seen, layout) => {
          const other = { name: 'other', expect: [{ key: 'z' }] }
          const before = stringify(
            { metric: METRIC, cases: [{ name: 'one', expect: items, because: 'so' }, other] },
            layout,
          )
          const { text: after = before, refused } = update(before, seen)
          expect(refused).toEqual([])
          const { cases } = parse(after)
          expect(cases[1]).toEqual(other)
          expect({ ...cases[0], expect: [] }).toEqual({ name: 'one', expect: [], because: 'so' })
          const expected = cases[0].expect.map((each: object) => ({ metric: METRIC, ...each, place: placeAt(1) }))
          expect(
            compareCase({ resolved: caseOf({ expected, metric: METRIC }), result: resultOf(seen) }, { spec }),
          ).toEqual([])
        },
      ),
    )
  })
})
