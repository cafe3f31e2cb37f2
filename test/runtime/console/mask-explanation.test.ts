/** Explanations are masked by the rule of the raw record: what it hides stays hidden in every form. */
import { expect, test } from 'vitest'
import { maskExplanation } from '../../../runtime/console/explanation/mask-explanation.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { readExpression } from '../../../runtime/mapping/explain/read-expression.ts'
import type { Json } from '../../../runtime/ports/types.ts'

const item = {
  id: '7',
  state: 'open',
  email: 'ada@example.com',
  created_at: 1_700_000_000,
  count: 3,
  tags: { tags: [{ id: 't1', name: 'Ada owes' }] },
  custom_attributes: { age: 37, vip: true, 'Order number': 'A-17', '12': 49170 },
  ticket_attributes: { total: 12.5 },
  names: ['Ada', 'Bo'],
}
const bindings = { contact: { email: 'ada@example.com', role: 'user', custom_attributes: { phone: 49170 } } }
const MASK = '••••'

const rows: readonly (readonly [text: string, value: Json, reads: readonly Json[]])[] = [
  ['id', '7', ['7']],
  ['state', 'open', ['open']],
  ['email', MASK, [MASK]],
  ['$lowercase(email)', MASK, [MASK]],
  ['count', 3, [3]],
  ['created_at * 1000', 1_700_000_000_000, [1_700_000_000]],
  ['$fromMillis(created_at * 1000)', '2023-11-14T22:13:20.000Z', [1_700_000_000]],
  ['$length(email)', MASK, [MASK]],
  ['$contains(email, "ada")', MASK, [MASK]],
  ['state = "open" ? "Open" : "Closed"', 'Open', ['open']],
  ['email = "ada@example.com" ? "Ada" : "Other"', MASK, [MASK]],
  ['custom_attributes.age', MASK, [MASK]],
  ['custom_attributes.vip', MASK, [MASK]],
  ['custom_attributes."Order number"', MASK, [MASK]],
  [
    'custom_attributes',
    { age: MASK, vip: MASK, 'Order number': MASK, '12': MASK },
    [{ age: MASK, vip: MASK, 'Order number': MASK, '12': MASK }],
  ],
  ['custom_attributes."12"', MASK, [MASK]],
  ['ticket_attributes.total', MASK, [MASK]],
  ['$contact.custom_attributes.phone', MASK, [MASK]],
  ['$contact.role', MASK, [MASK]],
  ['tags.tags.name', MASK, [MASK]],
  ['tags.tags[0].id', 't1', ['t1']],
  ['names', [MASK, MASK], [[MASK, MASK]]],
  ['id & " " & **.email', MASK, ['7']],
  ['**.email', MASK, []],
  ['$lookup($, "email")', MASK, []],
  ['$exists(**.email)', MASK, []],
  ['"EUR"', 'EUR', []],
  ["'EUR'", 'EUR', []],
  ['{ "id": id, "mail": email }', { id: MASK, mail: MASK }, ['7', MASK]],
  ['{ "id": id, "n": count }', { id: '7', n: 3 }, ['7', 3]],
]

test.each(rows)('%s', async (text, value, reads) => {
  const reading = await readExpression(compileExpression(text, { place: 'a.yaml:1:1' }, []), item, bindings)
  const property = { name: 'A', status: 'sent', lookups: [], ...reading } as const
  const occurrences = [{ status: 'sent', properties: [property], profile: [property], rule: reading }] as const
  const [masked] = maskExplanation({ metric: 'M', file: 'a.yaml', each: reading, occurrences }).occurrences
  for (const one of [masked?.properties?.[0], masked?.profile?.[0], masked?.rule]) {
    expect(one?.value).toEqual(value)
    expect(one?.reads.map((read) => read.value)).toEqual(reads)
  }
})

test('a default is the spec’s, ids of lookups stay, and an address among them does not', async () => {
  const reading = await readExpression(compileExpression('email', { place: 'a.yaml:1:1' }, []), item, bindings)
  const property = { ...reading, name: 'A', status: 'default', value: 'none', lookups: [] } as const
  const lookups = [{ name: 'contact', keys: ['6960a', 'ada@example.com'], found: true, key: reading }]
  const occurrences = [{ status: 'sent', properties: [property], lookups }] as const
  const [masked] = maskExplanation({ metric: 'M', file: 'a.yaml', occurrences }).occurrences
  expect(masked?.properties?.[0]?.value).toBe('none')
  expect(masked?.lookups?.[0]).toMatchObject({ keys: ['6960a', MASK], key: { value: MASK } })
  expect(JSON.stringify(masked)).not.toContain('ada@')
})

test('parts that are made of custom attributes are masked as these', async () => {
  const part = await readExpression(compileExpression('$part.n', { place: 'a.yaml:1:1' }, []), item, {
    part: { n: 49170 },
  })
  for (const [text, value] of [
    ['$each(custom_attributes, function($n) { { "n": $n } })', MASK],
    ['tags.tags', 49170],
  ] as const) {
    const each = await readExpression(compileExpression(text, { place: 'a.yaml:1:1' }, []), item, bindings)
    const occurrences = [{ status: 'when-false', rule: part }] as const
    const [masked] = maskExplanation({ metric: 'M', file: 'a.yaml', each, occurrences }).occurrences
    expect(masked?.rule?.reads.map((read) => read.value)).toEqual([value])
  }
})
