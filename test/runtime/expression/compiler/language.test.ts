/** The whole language, expression by expression: compiled as the interpreter has it, or refused for a reason that is documented. */
import { describe, expect, test } from 'vitest'
import { compileProgram } from '../../../../runtime/expression/compiler/compile-program.ts'
import {
  NOT_COMPILABLE_HELP,
  NotCompilable,
  type NotCompilableReason,
} from '../../../../runtime/expression/compiler/not-compilable.ts'
import { DEFAULT_LIMITS } from '../../../../runtime/expression/compiler/runtime/limits.ts'
import { isProblem, parse } from '../../../../runtime/expression/parse.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import { type Case, readCases } from '../../../helpers/compiler/cases.ts'
import { engines, exact, freeze, functions, interpret, isRefused, run } from '../../../helpers/compiler/engines.ts'

const groups = readCases('language')
const bindings = { x: [{ a: 1 }, { a: [2, 3] }] }

/** Inputs that no group expects. Undefined is what an expression finds where there is nothing at all. */
const odd = [
  undefined,
  'null',
  '[]',
  '[{"l":[3,1],"p":[{"k":"x","v":1}],"shop":{"orders":[{"items":[{"p":2}]}]}},[1,[2]]]',
]

describe('the language', () => {
  // One test for each group: a thousand tests take longer to name than to run.
  for (const { group, input, expressions } of groups) {
    test(group, async () => {
      const wrong: unknown[] = []
      for (const each of expressions) wrong.push(...(await wrongWith(each, input)))
      expect(wrong).toEqual([])
    })

    test(`${group}, on what it does not expect`, async () => {
      const wrong: unknown[] = []
      for (const { text } of expressions) wrong.push(...(await differences(text)))
      expect(wrong).toEqual([])
    })
  }

  test('is compiled but for one expression in fifty', () => {
    const all = groups.flatMap(({ expressions }) => expressions)
    expect(all.length).toBeGreaterThan(700)
    expect(all.filter(({ refused }) => !refused).length / all.length).toBeGreaterThan(0.98)
  })
})

async function wrongWith({ text, left, refused }: Case, input: string): Promise<readonly object[]> {
  const both = engines(text)
  if (both === undefined) return [{ text, is: 'no expression' }]
  if (isRefused(both.compiled)) return refused ? [] : [{ text, refused: both.compiled.reason }]
  const read = () => JSON.parse(input) as Json
  const compiled = run(both.compiled, freeze(read()), freeze(structuredClone(bindings)))
  const interpreted = await interpret(both.interpreted, read(), structuredClone(bindings))
  const rerun = left || 'fails' in interpreted
  const right = 'fails' in compiled ? rerun : !rerun && exact(compiled.gives) === exact(interpreted.gives)
  return right && !refused ? [] : [{ text, compiled, interpreted, refused }]
}

/** Any expression may be left to the interpreter there, but what it gives must be the same. */
async function differences(text: string): Promise<readonly object[]> {
  const both = engines(text)
  // Those that recurse take the interpreter long, and look at no input.
  if (both === undefined || isRefused(both.compiled) || /\$shuffle|\$f\(|\$(fib|odd|loop|range|g)\(/.test(text))
    return []
  const wrong: object[] = []
  for (const json of odd) {
    // To JavaScript, nothing is an input, too.
    const read = () => (json === undefined ? undefined : JSON.parse(json)) as Json
    const compiled = run(both.compiled, freeze(read()), {})
    if ('fails' in compiled) continue
    const interpreted = await interpret(both.interpreted, read(), {})
    const same = 'gives' in interpreted && exact(compiled.gives) === exact(interpreted.gives)
    if (!same) wrong.push({ text, json, compiled, interpreted })
  }
  return wrong
}

/** One or more for each reason, but for what only a host can show and what the parser never gives. */
const examples: Readonly<Partial<Record<NotCompilableReason, readonly string[]>>> = {
  $eval: ['$eval("1")', '($f := $eval; 1)'],
  'filter on a call that ends a function': [
    'function($l){ ($reverse($l))[1] }(a)',
    'function(){ ($sum(a)){"k": $} }()',
  ],
  'list at the start of a path': ['([1].$).a', '[a]@$x.b', '[1][0]#$i.b', '[*].x'],
  'name of an object member': ['$constructor', 'a@$toString.b', '$valueOf()'],
  'nested too deeply': [`${'['.repeat(700)}1${']'.repeat(700)}`],
  'operator within the left side of ?? or ?:': [
    '$match(a, /x/) ?? 1',
    '(a ~> /x/) ?: 1',
    'function($x)<n>{ $x }(1) ?? 1',
  ],
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
  'variable bound in a list or an object': ['[$x := 1, $x]', '{"a": $x := 1}'],
  'variable bound in a path': ['a#$i[$x := 1]'],
}

const unseen: readonly NotCompilableReason[] = ['code generation is not allowed here', 'unknown syntax']

describe('refused', () => {
  const rows = Object.entries(examples).flatMap(([reason, texts]) => texts.map((text) => [text, reason] as const))
  test.each(rows)('%s: %s', (text, reason) => {
    const parsed = parse(text)
    if (isProblem(parsed)) throw new Error(parsed.message)
    const result = compileProgram({ root: parsed.root, text, functions, limits: DEFAULT_LIMITS })
    expect(result).toBeInstanceOf(NotCompilable)
    expect((result as NotCompilable).reason).toBe(reason)
  })

  test('what is too deep for JavaScript itself, whatever the limits', () => {
    const text = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`
    const limits = { ...DEFAULT_LIMITS, stack: 1_000_000 }
    const parsed = parse(text, limits)
    if (isProblem(parsed)) throw new Error(parsed.message)
    expect(compileProgram({ root: parsed.root, text, functions, limits })).toMatchObject({
      reason: 'nested too deeply',
    })
  })

  test('every reason has an example and says what to write instead', () => {
    expect([...Object.keys(examples), ...unseen].sort()).toEqual(Object.keys(NOT_COMPILABLE_HELP).sort())
    for (const advice of Object.values(NOT_COMPILABLE_HELP)) expect(advice).toMatch(/^\w.{10,}[^.]$/)
  })
})
