/** Nesting: an expression too deep for the checks is refused when it is parsed, and a record too deep fails at its place. */
import { describe, expect, test } from 'vitest'
import { checkExpression } from '../../../runtime/expression/check/check.ts'
import { followFields } from '../../../runtime/expression/check/fields.ts'
import { createRecord } from '../../../runtime/expression/check/value.ts'
import { walkNodes } from '../../../runtime/expression/compiler/ast.ts'
import { generateSource } from '../../../runtime/expression/compiler/compile-program.ts'
import { NotCompilable } from '../../../runtime/expression/compiler/not-compilable.ts'
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

/** Expressions around `X`, of every construct. */
const AROUND = [
  ...['(X).a', 'a.(X)', 'a[X]', '(X)[0]', '(X)[a]', '(X)[]', '*.(X)', '(X).*', '**[X]', 'a^(X)', '(X)^(a)', 'a^(X, b)'],
  ...['a{X: 1}', 'a{"k": X}', '(X){"k": a}', '{"k": X}', '{X: 1}', '[X]', '[X][0]', '[X].a', '-(X)', '(X) + 1'],
  ...['1 & (X)', '(X) and a', 'a or (X)', '(X) in a', 'a = (X)', '[(X)..3]', '(X) ? 1 : 2', 'a ? X : 2', 'a ? 1 : X'],
  ...['a ?? (X)', 'a ?: (X)', '(X) ~> $string', '(X) ~> $f(1)', '$string(X)', '$f(X)', '(function($v){X})(1)'],
  ...['function($v){X}', '($v := X; $v)', '($v := 1; X)', '(a; X)', '$map(a, function($v){X})', '$f(?, X)'],
  ...['a ~> |X|{}|', 'a ~> |a|X|', 'a ~> |a|{}, X|', 'a@$v.(X)', '(X)@$v.b', 'a#$i[X]', 'a#$i.(X)', '(X)#$i.b'],
  ...[
    'a.b.(X + %.c)',
    'a@$v^(X)',
    'a#$i^(X)',
    'a@$v{X: 1}',
    '(a#$i.(X))[0]',
    '(X).(%.b)',
    'a.(X)[%.b]',
    '(a@$v.(X)).%',
  ],
]

test.each(AROUND)('code for %s within itself does not double at each level', (around) => {
  const nested = (depth: number) => {
    let text = 'a'
    for (let i = 0; i < depth; i++) text = around.replace('X', () => text)
    const { root, limits } = parseExpression(text) as Exclude<ReturnType<typeof parseExpression>, { code: string }>
    const program = generateSource({ root, text, functions: [], limits })
    return program instanceof NotCompilable ? [...walkNodes(root)].length * 100 : program.source.length
  }
  expect(nested(24) / nested(12)).toBeLessThan(4)
})

describe('JSONata copies the left side of a default', () => {
  const left = (operator: string) => (depth: number) => `${'('.repeat(depth)}x${` ${operator} "a)")`.repeat(depth)}`
  const right = (depth: number) => `${'a ?? ('.repeat(depth)}b${')'.repeat(depth)}`
  const tooDeep = { code: 'too-deep', help: expect.stringContaining('bind the left side to a name') }

  test.each([
    ['??', left('??')(8), true],
    ['??', left('??')(22), false],
    ['?: 5,000 times', left('?:')(5_000), false],
    ['?? within other brackets', '[{"a": $f(('.concat(left('??')(22), '.b)[0])}] ?? 1'), false],
    ['on the right side', right(200), true],
    ['in a chain', Array.from({ length: 300 }, (_, i) => `a${i}`).join(' ?? '), true],
    ['in a list', `[${Array.from({ length: 2000 }, (_, i) => `(a${i} ?? b) ?? c`).join(', ')}]`, true],
    ['in a text', JSON.stringify(left('??')(22)), true],
    ['in a regular expression', `$match(a, /${'('.repeat(22)}b${'??)'.repeat(22)}/) ?? a / (2 ?? /* ?? */ 3)`, true],
    ['in a comment', `/* ${left('??')(22)} */ 1`, true],
    ['left of a long text', `${JSON.stringify('x'.repeat(9000))} ?? 1`, true],
  ])('%s', (_, text, accepted) => {
    const parsed = parseExpression(text)
    if (accepted) expect(parsed).toHaveProperty('root')
    else expect(parsed).toMatchObject(tooDeep)
  })
})

test.each([625, 626, 690])('a sum of %i terms fails when it is loaded, or never', async (terms) => {
  const text = Array.from({ length: terms }, () => 1).join('+')
  const parsed = parseExpression(text)
  if (isProblem(parsed)) expect([terms > 625, parsed.code]).toEqual([true, 'too-deep'])
  else expect(await compileExpression(text, { place: 'm.yaml:3:9' }, []).evaluate({})).toBe(terms)
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
