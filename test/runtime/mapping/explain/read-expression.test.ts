/** What an expression read: its paths, their values, and what is there instead of an absent one. */
import { expect, test } from 'vitest'
import { compileExpression } from '../../../../runtime/expression/link.ts'
import { describeReads } from '../../../../runtime/mapping/explain/describe.ts'
import { readCondition, readExpression } from '../../../../runtime/mapping/explain/read-expression.ts'
import type { Json } from '../../../../runtime/ports/types.ts'

const item = {
  id: '7',
  state: 'open',
  title: 'x'.repeat(200),
  custom: { 'Order number': 'A-17', total: 0 },
  tags: { tags: [{ name: 'vip' }, { name: 'new' }, { name: 'eu' }, { name: 'b2b' }] },
  none: [],
  parts: [{ kind: 'note' }, { kind: 'close', author: { name: 'Jo' } }],
}
const bindings = { part: { ticket_state: 'submitted' }, contact: undefined }

const expression = (text: string) => compileExpression(text, { place: 'a.yaml:1:1' }, [])

const reads: readonly (readonly [text: string, lines: readonly string[]])[] = [
  ['state', ['state is "open"']],
  ['"a constant"', []],
  ['$uppercase(state) & $part.ticket_state', ['state is "open"', '$part.ticket_state is "submitted"']],
  ['custom."Order number"', ['custom."Order number" is "A-17"']],
  ['custom.total', ['custom.total is 0']],
  ['custom', ['custom is an object with Order number, total']],
  ['title', [`title is "${'x'.repeat(78)}…`]],
  ['tags.tags.name', ['tags.tags.name is a list of 4: "vip", "new", "eu", …']],
  ['tags.tags[1].name', ['tags.tags[1].name is "new"']],
  ['tags.tags[9].name', ['tags.tags[9].name is absent (tags.tags has 4 items)']],
  ['none', ['none is an empty list']],
  ['none.name', ['none.name is absent (none has 0 items)']],
  ['custom.plan', ['custom.plan is absent (custom has Order number, total)']],
  ['state.name', ['state.name is absent (state has no fields)']],
  ['subject ?? headline', ['subject, headline are absent (present: custom, id, none, parts, state, tags, title)']],
  ['$contact.email', ['$contact.email is absent']],
  ['parts[kind = "open"]', ['parts.kind is a list of 2: "note", "close"', 'parts is a list of 2']],
  ['parts[kind = "close"].author.name', ['parts.kind is a list of 2: "note", "close"', 'parts.author.name is "Jo"']],
  ['parts.{ "k": kind }', ['parts.kind is a list of 2: "note", "close"']],
  ['($p := parts[0]; $p.kind & state)', ['parts[0] is an object with kind', 'state is "open"']],
  ['$map(parts, function($p) { $p.kind & $$.id })', ['parts is a list of 2', 'id is "7"']],
  ['parts^(kind).kind', ['parts.kind is a list of 2: "note", "close"']],
]

test.each(reads)('%s', async (text, lines) => {
  const reading = await readExpression(expression(text), item, bindings)
  expect(describeReads(reading.reads)).toEqual(lines)
})

const conditions: readonly (readonly [text: string, lines: readonly string[]])[] = [
  ['state = "closed"', ['state is "open"']],
  ['state = "closed" and id = "7"', ['state is "open"']],
  ['id = "7" and state = "closed"', ['state is "open"']],
  ['id = "7" and (state = "closed")', ['state is "open"']],
  ['id = "7" and $not(state = "open")', ['state is "open"']],
  ['id = "7" and $exists(closed_at)', [expect.stringMatching(/^closed_at is absent/)]],
  ['id = "8" or state = "closed"', ['id is "7"', 'state is "open"']],
  ['id != "7" and state = "open"', ['id is "7"']],
  ['$uppercase(id) = "7" and state = "closed"', ['state is "open"']],
  ['$count(parts) > 5 and $uppercase(state) = "OPEN"', ['parts is a list of 2', 'state is "open"']],
  // What holds is shown whole.
  ['id = "7" and state = "open"', ['id is "7"', 'state is "open"']],
]

test.each(conditions)('of %s only the false side is shown', async (text, lines) => {
  const reading = await readCondition(expression(text), item, bindings)
  expect(describeReads(reading.reads)).toEqual(lines)
})

test('a failing expression has its fault beside what it read', async () => {
  const { fault, value, reads: read } = await readExpression(expression('$substring(custom.total, 1)'), item, bindings)
  expect({ fault, value }).toEqual({
    fault: {
      code: 'expression/T0411',
      message: 'the expression failed: argument 1 of $substring is a number, not a string',
      place: 'a.yaml:1:1',
    },
    value: undefined,
  })
  expect(read).toEqual([{ path: 'custom.total', value: 0 }])
})

test('as data, an absent field names its parent and the fields there', async () => {
  const data: Json = { a: { b: 1 } }
  const { reads: read } = await readExpression(expression('a.c'), data, {})
  expect(read).toEqual([{ path: 'a.c', absent: { of: 'a', fields: ['b'] } }])
})
