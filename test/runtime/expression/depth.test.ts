/** Nesting: an expression too deep for the checks is refused when it is parsed, and a record too deep fails at its place. */
import { describe, expect, test } from 'vitest'
import { checkExpression } from '../../../runtime/expression/check/check.ts'
import { followFields } from '../../../runtime/expression/check/fields.ts'
import { createRecord } from '../../../runtime/expression/check/value.ts'
import { compileExpression, LinkedExpression } from '../../../runtime/expression/link.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

const nest = (open: string, inner: string, close: string) => (depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth)

const SHAPES: readonly (readonly [name: string, write: (depth: number) => string])[] = [
  ['lists', nest('[', '1', ']')],
  ['objects', nest('{"a":', '1', '}')],
  ['blocks', nest('(', '1', ')')],
  ['sums', nest('', '1', '+1')],
  ['conditions', nest('b ? ', '1', ' : 0')],
  ['calls', nest('$string(', '1', ')')],
  ['chains', nest('', 'a', ' ~> $string()')],
  ['functions', nest('(function() {', '1', '})()')],
  ['filters', nest('a[', '1', ']')],
  ['groups', nest('a{"k":', '1', '}')],
  ['path steps', nest('a.(', 'a', ')')],
  ['callbacks', nest('$map(a, function($v) {', '1', '})')],
  ['bindings', nest('$a := ', '1', '')],
]

describe.each(SHAPES)('%s', (_, write) => {
  test.each([100, 170, 230, 340, 690, 2_000, 20_000])('%i deep', (depth) => {
    const parsed = parseExpression(write(depth))
    if (isProblem(parsed)) {
      expect([depth > 100, parsed.code]).toEqual([true, 'too-deep'])
      return
    }
    expect(depth).toBeLessThan(700)
    checkExpression(parsed, { functions: [], variables: [], volatileHelp: 'use times of the record' })
    followFields(parsed, createRecord(undefined), new Map())
    new LinkedExpression(parsed, []).program()
  })
})

describe('a record nested too deeply is a fault of the mapping, without a value of the record', () => {
  let nested: Json = 'ann@example.com'
  for (let depth = 0; depth < 100_000; depth++) nested = [nested]

  test.each(['$string(a)', '$phone(a)', '$clone(a) = 1'])('%s', async (text) => {
    const evaluate = async () => compileExpression(text, { place: 'm.yaml:3:9' }, functions).evaluate({ a: nested })
    await expect(evaluate()).rejects.toMatchObject({
      kind: 'config',
      code: 'expression/too-deep',
      message: 'the expression failed: a value is nested too deeply',
      details: { place: 'm.yaml:3:9', permanent: true },
    })
  })
})
