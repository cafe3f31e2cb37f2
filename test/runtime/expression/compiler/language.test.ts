/** Every construct of JSONata: compiled with the results of the interpreter, or refused for a documented reason. */
import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import type { Node } from '../../../../runtime/expression/compiler/ast.ts'
import { compileProgram } from '../../../../runtime/expression/compiler/compile-program.ts'
import { NotCompilable } from '../../../../runtime/expression/compiler/not-compilable.ts'
import {
  NOT_COMPILABLE_HELP,
  type NotCompilableReason,
} from '../../../../runtime/expression/compiler/not-compilable-help.ts'
import { DEFAULT_LIMITS } from '../../../../runtime/expression/compiler/runtime/limits.ts'
import { isProblem, parseExpression } from '../../../../runtime/expression/parse.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import { type ExpressionCase, readCases } from '../../../helpers/compiler/cases.ts'
import {
  createEngines,
  deepFreeze,
  functions,
  isNotCompilable,
  runCompiled,
  runInterpreted,
  toExactText,
} from '../../../helpers/compiler/engines.ts'

const groups = readCases('language')
const bindings = { x: [{ a: 1 }, { a: [2, 3] }] }

/** Inputs of shapes that no group expects. */
const UNEXPECTED_INPUTS = [
  undefined,
  'null',
  '[]',
  '[{"l":[3,1],"p":[{"k":"x","v":1}],"shop":{"orders":[{"items":[{"p":2}]}]}},[1,[2]]]',
]

describe('language', () => {
  // One test for each group: reporting a thousand tests takes longer than running them.
  for (const { group, input, expressions } of groups) {
    test(group, async () => {
      const wrong: unknown[] = []
      for (const each of expressions) wrong.push(...(await checkCase(each, input)))
      expect(wrong).toEqual([])
    })

    test(`${group}, on unexpected inputs`, async () => {
      const wrong: unknown[] = []
      for (const { text } of expressions) wrong.push(...(await findDifferences(text)))
      expect(wrong).toEqual([])
    })
  }

  test('compiles at least 98 % of all expressions', () => {
    const all = groups.flatMap(({ expressions }) => expressions)
    expect(all.length).toBeGreaterThan(700)
    expect(all.filter((each) => !each.isNotCompilable).length / all.length).toBeGreaterThan(0.98)
  })
})

async function checkCase(
  { text, fallsBack, isNotCompilable: expected }: ExpressionCase,
  input: string,
): Promise<readonly object[]> {
  const both = createEngines(text)
  if (both === undefined) return [{ text, problem: 'does not parse' }]
  if (isNotCompilable(both.compiled)) return expected ? [] : [{ text, notCompilable: both.compiled.reason }]
  const read = () => JSON.parse(input) as Json
  const compiled = runCompiled(both.compiled, deepFreeze(read()), deepFreeze(structuredClone(bindings)))
  const interpreted = await runInterpreted(both.reference, read(), structuredClone(bindings))
  const mustFallBack = fallsBack || 'error' in interpreted
  const isRight =
    'error' in compiled ? mustFallBack : !mustFallBack && toExactText(compiled.value) === toExactText(interpreted.value)
  return isRight && !expected ? [] : [{ text, compiled, interpreted, notCompilable: expected }]
}

/** Any expression may fall back here, but a value must be equal. */
async function findDifferences(text: string): Promise<readonly object[]> {
  const both = createEngines(text)
  // Recursive ones take the interpreter long, and read no input.
  if (both === undefined || isNotCompilable(both.compiled) || /\$shuffle|\$f\(|\$(fib|odd|loop|range|g)\(/.test(text))
    return []
  const wrong: object[] = []
  for (const json of UNEXPECTED_INPUTS) {
    // A JavaScript caller can also pass undefined.
    const read = () => (json === undefined ? undefined : JSON.parse(json)) as Json
    const compiled = runCompiled(both.compiled, deepFreeze(read()), {})
    if ('error' in compiled) continue
    const interpreted = await runInterpreted(both.reference, read(), {})
    const same = 'value' in interpreted && toExactText(compiled.value) === toExactText(interpreted.value)
    if (!same) wrong.push({ text, json, compiled, interpreted })
  }
  return wrong
}

/** Expressions by reason, except the reasons that need a special host or that the parser never triggers. */
const EXAMPLES: Readonly<Partial<Record<NotCompilableReason, readonly string[]>>> = {
  $eval: ['$eval("1")', '($f := $eval; 1)'],
  'filter on a tail call': ['function($l){ ($reverse($l))[1] }(a)', 'function(){ ($sum(a)){"k": $} }()'],
  'array constructor at the start of a path': ['([1].$).a', '[a]@$x.b', '[1][0]#$i.b', '[*].x'],
  'name that every object inherits': ['$constructor', 'a@$toString.b', '$valueOf()'],
  'nested too deeply': [`${'['.repeat(690)}1${']'.repeat(690)}`],
  'parent operator': ['x.[(a.b)[%.c = 1]]'],
  'partial application': [
    '$string(?)',
    '$zip(?, 1)',
    '$sort(?, 1)',
    '$nowhere(?)',
    '$email(?)',
    'function($f){ $f(?) }(1)',
  ],
  transform: ['($clone := 1; $ ~> |a|{"b": 1}|)'],
  'variable bound in an array or an object': ['[$x := 1, $x]', '{"a": $x := 1}'],
  'variable bound in a path': ['a#$i[$x := 1]'],
}

const WITHOUT_EXAMPLE: readonly NotCompilableReason[] = ['code generation is not allowed here', 'unknown syntax']

describe('not compilable', () => {
  const rows = Object.entries(EXAMPLES).flatMap(([reason, texts]) => texts.map((text) => [text, reason] as const))
  test.each(rows)('%s: %s', (text, reason) => {
    const parsed = parseExpression(text)
    if (isProblem(parsed)) throw new Error(parsed.message)
    const result = compileProgram({ root: parsed.root, text, functions, limits: DEFAULT_LIMITS })
    expect(result).toBeInstanceOf(NotCompilable)
    expect((result as NotCompilable).reason).toBe(reason)
  })

  test('an expression too deep for the JavaScript stack, whatever the limits', () => {
    const text = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`
    const limits = { ...DEFAULT_LIMITS, stack: 1_000_000 }
    // Our own parser refuses it.
    const root = jsonata(text).ast() as Node
    expect(compileProgram({ root, text, functions, limits })).toMatchObject({
      reason: 'nested too deeply',
    })
  })

  test('every reason has an example and a help text', () => {
    expect([...Object.keys(EXAMPLES), ...WITHOUT_EXAMPLE].sort()).toEqual(Object.keys(NOT_COMPILABLE_HELP).sort())
    for (const help of Object.values(NOT_COMPILABLE_HELP)) expect(help).toMatch(/^\w.{10,}[^.]$/)
  })
})
