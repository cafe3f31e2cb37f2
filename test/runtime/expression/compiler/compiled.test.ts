/** Compiled expressions against the interpreter: tricky cases, generated expressions, the shipped spec, and limits. */
import { describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import { compileProgram } from '../../../../runtime/expression/compiler/compile-program.ts'
import { toComment, toIdentifier, toLiteral } from '../../../../runtime/expression/compiler/emit/literal.ts'
import { NotCompilable } from '../../../../runtime/expression/compiler/not-compilable.ts'
import { DEFAULT_LIMITS, LimitExceeded } from '../../../../runtime/expression/compiler/runtime/limits.ts'
import { isProblem, parseExpression } from '../../../../runtime/expression/parse.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import { readCases } from '../../../helpers/compiler/cases.ts'
import { compareEngines } from '../../../helpers/compiler/compare.ts'
import {
  createEngines,
  deepFreeze,
  functions,
  isNotCompilable,
  runCompiled,
  runInterpreted,
  toExactText,
} from '../../../helpers/compiler/engines.ts'
import { collectExpressionTexts } from '../../../helpers/spec/spec-expressions.ts'

function compiled(text: string) {
  const both = createEngines(text)
  if (both === undefined || isNotCompilable(both.compiled)) throw new Error(`not compiled: ${text}`)
  return both.compiled
}

describe('tricky cases', () => {
  for (const { group, input, expressions } of readCases('cases')) {
    describe(group, () => {
      test.each(expressions)('$text', async ({ text, fallsBack }) => {
        const both = createEngines(text)
        if (both === undefined) throw new Error('the text does not parse')
        if (isNotCompilable(both.compiled)) throw new Error(`not compilable: ${both.compiled.reason}`)
        const read = () => JSON.parse(input) as Json
        const program = runCompiled(both.compiled, deepFreeze(read()), deepFreeze({ x: [{ a: 1 }, { a: [2, 3] }] }))
        const reference = await runInterpreted(both.reference, read(), { x: [{ a: 1 }, { a: [2, 3] }] })
        if ('error' in reference || fallsBack) expect(program).toEqual({ error: 'fallback' })
        else expect('value' in program ? toExactText(program.value) : program).toBe(toExactText(reference.value))
      })
    })
  }
})

describe('generated expressions', () => {
  test('compiled code gives the value of the interpreter, or falls back', { timeout: 120_000 }, async () => {
    const tally = await compareEngines(5000, 20_260_710, () => undefined)
    expect(tally.differences).toEqual([])
    expect(tally.pairs).toBeGreaterThanOrEqual(5000)
    expect(tally.compiled / tally.pairs).toBeGreaterThan(0.9)
    // If both engines nearly always failed, the comparison would prove nothing.
    expect(tally.equal / tally.compiled).toBeGreaterThan(0.5)
    expect(tally.fallbacks / tally.compiled).toBeLessThan(0.03)
  })
})

function parsed(text: string) {
  const result = parseExpression(text)
  if (isProblem(result)) throw new Error(result.message)
  return result
}

describe('limits', () => {
  const tight = { steps: 10_000, stack: 100, sequence: 1000, output: 10_000 }
  const evaluate = (text: string) => {
    const result = compileProgram({ root: parsed(text).root, text, functions, limits: tight })
    if (result instanceof NotCompilable) throw new Error(result.reason)
    return result.evaluate({})
  }

  test.each([
    ['steps', '($f := function($n){ $n + $count([1..900]) }; $map([1..900], $f))', 'D1012'],
    ['a range', '[1..2000]', 'D2015'],
    ['a list', '($a := [1..900]; $append($a, $a))', 'D2015'],
    ['$pad', '$pad("x", 100000000)', 'output'],
    [
      'texts that double',
      '($f := function($s, $n){ $n = 0 ? $s : $f($s & $s, $n - 1) & "" }; $f("xxxxxxxx", 20))',
      'output',
    ],
  ])('%s', (_, text, code) => {
    expect(() => evaluate(text)).toThrowError(expect.objectContaining({ code }) as Error)
    expect(LimitExceeded).toBeDefined()
  })

  test('an infinite recursion ends', () => {
    expect(() => evaluate('($f := function($n){ 1 + $f($n) }; $f(1))')).toThrow()
    expect(evaluate('($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(5))')).toBe(5)
  })

  test('a function may itself evaluate an expression', () => {
    const inner = compiled('$count([1..10])')
    const table = [
      {
        ...functions[0],
        name: 'inner',
        signature: '<x?:n>',
        evaluates: true as const,
        run: () => inner.evaluate({}) ?? null,
      },
    ]
    const text = '$map([1..90], function($v){ $inner($v) })'
    const outer = compileProgram({
      ...{ root: parsed(text).root, text, functions: table as typeof functions },
      limits: { ...tight, steps: 300 },
    })
    if (outer instanceof NotCompilable) throw new Error(outer.reason)
    expect(() => outer.evaluate({})).toThrowError(expect.objectContaining({ code: 'D1012' }) as Error)
  })

  test('each evaluation starts a new count', () => {
    const program = compiled('$count($map([1..1000], function($v){ $v }))')
    for (let i = 0; i < 2000; i++) expect(program.evaluate({})).toBe(1000)
  })
})

describe('generated source', () => {
  test.each(['"; evil(); "', '*/ evil() /*', '\u2028evil()', '</script>', '\\', '\n', '`', "'", '\u0000'])(
    'a text is one token: %j',
    (text) => {
      expect(toLiteral(text)).toMatch(/^"[^\n\r\u2028\u2029<]*"$/)
      expect(JSON.parse(toLiteral(text))).toBe(text)
      expect(`x${toIdentifier(text)}`).toMatch(/^\w+$/)
      for (const line of toComment(`a${text}b`).split('\n')) expect(line).toMatch(/^\/\/ [\x20-\x7e]*$/)
      for (const expression of [
        `$.\`${text.replaceAll('`', '')}\``,
        JSON.stringify(text),
        `/* ${text.replaceAll('*/', '')} */ 1`,
        `($\`${text}\` := 1; $x${text} & a.\`x${text.replaceAll('`', '')}\`)`,
      ]) {
        const both = createEngines(expression)
        if (both !== undefined && !isNotCompilable(both.compiled))
          expect(() => runCompiled(compiled(expression), {}, {})).not.toThrow()
      }
    },
  )

  test('is readable', () => {
    expect(compiled('[a.b[c = "x"].d, $phone(e)][0]').source).toMatchSnapshot()
  })
})

test('the shipped spec compiles completely', async () => {
  const notCompilable = [...collectExpressionTexts(await loadConnectorSpec())].filter((text) => {
    return compileProgram({ root: parsed(text).root, text, functions, limits: DEFAULT_LIMITS }) instanceof NotCompilable
  })
  expect(notCompilable).toEqual([])
})
