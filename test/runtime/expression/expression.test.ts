/** Expressions: their results, their isolation, and their faults. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseArity } from '../../../runtime/expression/check/arity.ts'
import { NotCompilable } from '../../../runtime/expression/compiler/not-compilable.ts'
import { BUILTIN_SIGNATURES } from '../../../runtime/expression/compiler/runtime/functions/builtins.ts'
import { DEFAULT_LIMITS, type Limits } from '../../../runtime/expression/compiler/runtime/limits.ts'
import type { FunctionTable } from '../../../runtime/expression/functions.ts'
import { compileExpression, LinkedExpression } from '../../../runtime/expression/link.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { functions } from '../../helpers/spec/spec-functions.ts'

const origin = { place: 'm.yaml:3:9', at: (offset: number) => `m.yaml:3:${9 + offset}` }
const create = (text: string, limits?: Limits, table: FunctionTable = functions) =>
  compileExpression(text, origin, table, limits)

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const member of Object.values(value)) frozen(member)
  }
  return value
}

async function faultOf(run: () => unknown): Promise<Fault> {
  try {
    await run()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('no error was thrown')
}

describe('results are plain JSON', () => {
  const rows: [text: string, input: Json, gives: Json | undefined][] = [
    ['a.b', { a: { b: 1 } }, 1],
    ['a.b', {}, undefined],
    ['a', { a: null }, null],
    ['tags.name', { tags: [{ name: 'x' }, { name: 'y' }] }, ['x', 'y']],
    ['tags.name', { tags: [{ name: 'x' }] }, 'x'],
    ['tags.name[]', { tags: [{ name: 'x' }] }, ['x']],
    ['tags[]', { tags: [] }, []],
    ['tags{"n": 1}', { tags: [] }, { n: 1 }],
    ['{"a": missing, "b": 1}', {}, { b: 1 }],
    ['[missing, 1]', {}, [1]],
    ['constructor', {}, undefined],
    ['toString', {}, undefined],
    ['$constructor', {}, undefined],
    ['[$__proto__]', {}, []],
    ['$merge([a, {"y": 2}])', { a: { x: 1 } }, { x: 1, y: 2 }],
    ['a ?? 3', {}, 3],
    ['$match(a, /order (\\d+)/i)[0].groups[0] ?? "none"', { a: 'My Order 12' }, '12'],
    ['$match(a, /order (\\d+)/i)[0].groups[0] ?? "none"', { a: 'a question' }, 'none'],
    ['($contains(a, /b/) ?: $contains(a, /c/)) ?: "neither"', { a: 'xc' }, true],
    ['function($n)<n-:n>{ $n + 1 }(a) ?? 3', { a: 1 }, 2],
    ['$phone(p, "IE")', { p: '1' }, 'IE 1'],
    ['$map(ps, $phone)', { ps: ['1', '2'] }, ['1', '2']],
  ]
  test.for(rows)('%s', async ([text, input, gives]) => {
    const result = await create(text).evaluate(frozen(input))
    expect(result).toStrictEqual(gives)
    if (Array.isArray(result)) expect(Object.getOwnPropertyNames(result)).toHaveLength(result.length + 1)
  })

  test.each(['a', 'a ~> |$|{}|'])('%s: a member named __proto__ is data, as in JSON', async (text) => {
    const result = await create(text).evaluate(JSON.parse('{"a":{"__proto__":{"admin":true},"b":1}}'))
    expect(JSON.stringify(result)).toBe('{"__proto__":{"admin":true},"b":1}')
    expect(Object.getPrototypeOf(result)).not.toHaveProperty('admin')
  })

  test('a marker of the engine in a record is data', async () => {
    const input = { a: { _jsonata_lambda: true, b: 1 } }
    expect(await create('a').evaluate(input)).toStrictEqual(input.a)
  })
})

describe('isolation', () => {
  const texts = [
    'a[]',
    'a{"x": $}',
    'a^(b)',
    'a.{"b": b}',
    'a@$v.{"v": $v}',
    '$sort(a)',
    '$append(a, a)',
    '$reverse(a)',
  ]
  const more = [
    'a#$i.$i',
    '**',
    '*',
    '$distinct(a)',
    '$each($, function($v) { $v })',
    '$v{"k": $}',
    '$ ~> |a|{"b": 2}|',
    '($sum := a; $sum(1))',
    'function($keys) { $keys(1) }($v)',
  ]
  const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>

  test('frozen inputs and bindings give the same result, and neither is changed', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...texts, ...more), json, json, async (text, a, v) => {
      const expression = create(text)
      const attempt = async (input: Json, value: Json) =>
        Promise.resolve(expression.evaluate(input, { v: value })).catch((e: Fault) => e.code)
      const before = JSON.stringify([a, v])
      const unfrozen = await attempt({ a }, v)
      expect(JSON.stringify([a, v])).toBe(before)
      expect(await attempt(frozen({ a }), frozen(v))).toStrictEqual(unfrozen)
    })
    await fc.assert(property, { numRuns: 300 })
  })

  test('concurrent evaluations do not interfere', async () => {
    const expression = create('($x := $v; $map(list, function($i) { $i & $x & $phone($v) }))')
    const runs = Array.from({ length: 50 }, (_, n) => expression.evaluate({ list: [n, n] }, { v: String(n) }))
    expect(await Promise.all(runs)).toStrictEqual(
      Array.from({ length: 50 }, (_, n) => [`${n}${n}${n}`, `${n}${n}${n}`]),
    )
  })
})

test('a function loads before its first call, and concurrent evaluations await it', async () => {
  let [loaded, loads] = [false, 0]
  let loading: Promise<unknown> | undefined
  const load = () => {
    if (loaded) return undefined
    loading ??= Promise.resolve().then(() => {
      loads += 1
      loaded = true
    })
    return loading
  }
  const late = { name: 'late', signature: '<x?:s>', doc: '', example: { expr: '$late()', gives: 'a' } }
  const run = (value: Json | undefined) => (loaded ? String(value) : 'too early')
  const expression = create('$late(a)', undefined, [{ ...late, run, load }])
  const [first, second] = [expression.evaluate({ a: 1 }, {}), expression.evaluate({ a: 2 }, {})]
  expect(first).toBeInstanceOf(Promise)
  expect([await first, await second]).toEqual(['1', '2'])
  expect([expression.evaluate({ a: 3 }, {}), loads]).toEqual(['3', 1])
})

describe('free variables', () => {
  const rows: [text: string, names: string[]][] = [
    ['$contact.email', ['contact']],
    ['$ & $$.a & $sum(b)', []],
    ['$phone($a)', ['a']],
    ['($x := 1; $x + $y)', ['y']],
    ['($x; $x := 1)', ['x']],
    ['(c ? $x := 1; $x)', ['x']],
    ['(c ? ($x := 1; $x); d)', []],
    ['[a and ($sum := 1), ($y := 2)]', []],
    ['function($v) { $v + $w }', ['w']],
    ['($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(2))', []],
    ['a@$v#$i.b[$v = $i and $z]', ['z']],
    ['a[$p = b]^(c + $q){$k: $l}', ['p', 'q', 'k', 'l']],
    ['$a ?? $b ?: $c', ['a', 'b', 'c']],
    ['$ ~> |a|{"b": $u}, $d|', ['u', 'd']],
    ['$list ~> $map($phone)', ['list']],
    ['[$x, a ? x(1), y(2)]', ['x']],
    ['$sum[$w](b)', ['w']],
    ['sum[$w](b)', ['w']],
  ]
  test.for(rows)('%s', ([text, names]) => {
    expect([...create(text).variables].sort()).toStrictEqual([...names].sort())
  })

  test("a name bound on one path only is the caller's on the other, on both engines", async () => {
    const cases: [text: string, withC: number, without: number][] = [
      ['(c ? $x := 1; $x)', 1, 2],
      ['($$[c].c#$x{"k": $x}).k', 0, 2],
      ['[c]#$x.$x', 2, 2],
    ]
    for (const [text, ...expected] of cases) {
      const parsed = parseExpression(text)
      if (isProblem(parsed)) throw new Error(parsed.message)
      const linked = new LinkedExpression(parsed, functions)
      const compiled = linked.program()
      for (const [i, c] of [true, false].entries()) {
        expect(await linked.interpret({ c }, { x: 2 })).toBe(expected[i])
        if (!(compiled instanceof NotCompilable)) expect(compiled.evaluate({ c }, { x: 2 })).toBe(expected[i])
      }
    }
  })
})

describe('a binding shadows the function of the same name', () => {
  const shadowing: [text: string, gives: Json | undefined, code?: string][] = [
    ['$sum + 1', 6],
    ['a.$sum', [5, 5]],
    ['$sum([1, 2])', undefined, 'T1006'],
    ['$count(a)', undefined, 'T1006'],
    ['$map(a, $sum)', undefined, 'T0410'],
    ['a ~> $sum', undefined, 'T2006'],
    ['$ ~> |a|{"b": 1}|', undefined, 'T2013'],
    ['($sum := function() { 7 }; $sum())', 7],
    ['$max(a)', 2],
  ]
  test.for(shadowing)('%s', async ([text, gives, code]) => {
    const evaluate = async () =>
      create(text).evaluate(frozen({ a: [1, 2] }), frozen({ sum: 5, count: { n: 1 }, clone: 1 }))
    if (code === undefined) expect(await evaluate()).toStrictEqual(gives)
    else expect((await faultOf(evaluate)).code).toBe(`expression/${code}`)
  })
})

describe('a fault names the place and quotes no value', () => {
  const secret = 'ann@example.com'
  const rows: [text: string, code: string, place: string][] = [
    ['a + 1', 'T2001', 'm.yaml:3:11'],
    ['x & $number(a)', 'D3030', 'm.yaml:3:13'],
    ['$sum(a)', 'T0412', 'm.yaml:3:9'],
    ['$error("bad: " & a)', 'D3137', 'm.yaml:3:9'],
    ['$assert(false, a)', 'D3141', 'm.yaml:3:9'],
    ['{a: 1, a: 2}', 'D1009', 'm.yaml:3:9'],
    ['$toMillis(a)', 'D3110', 'm.yaml:3:9'],
    ['$toMillis("2026-13-01")', 'D3110', 'm.yaml:3:9'],
    ['$phone', 'function', 'm.yaml:3:9'],
    ['$eval(a)', 'eval', 'm.yaml:3:9'],
    ['($e := $eval; $e(a))', 'eval', 'm.yaml:3:9'],
    ['$boom(a)', 'function', 'm.yaml:3:9'],
    ['$known(a)', 'known', 'm.yaml:3:9'],
  ]
  const bad: FunctionTable = [
    ...functions,
    { ...row('boom'), run: (value) => fail(new Error(`cannot read ${value}`)) },
    { ...row('known'), run: () => fail(new Fault('data', 'expression/known', 'message of the function')) },
  ]
  test.for(rows)('%s', async ([text, code, place]) => {
    const { kind, message, details, ...fault } = await faultOf(() =>
      create(text, undefined, bad).evaluate({ a: secret }),
    )
    expect(fault.code).toBe(`expression/${code}`)
    expect(kind).toBe(code === 'known' ? 'data' : 'config')
    expect(details).toMatchObject({ place, permanent: true })
    expect(message).not.toContain(secret)
  })

  test('the code distinguishes a variable called without its $ from an unknown name', async () => {
    const codes = ['x(1)', 'x(?)', 'y(1)', 'y(?)'].map(async (text) => {
      return (await faultOf(() => create(text).evaluate({}, { x: 1 }))).code
    })
    expect(await Promise.all(codes)).toEqual(['T1005', 'T1007', 'T1006', 'T1008'].map((code) => `expression/${code}`))
  })

  test('a text that does not parse fails at compile time', async () => {
    const fault = await faultOf(() => create('a b'))
    expect(fault.info()).toStrictEqual({
      kind: 'config',
      code: 'expression/S0201',
      message: '"b" is not expected here',
      place: 'm.yaml:3:11',
    })
  })
})

describe('limits', () => {
  const rows: [limit: string, text: string, limits: Partial<Limits>, code: string][] = [
    ['steps', '($f := function($n) { $f($n + 1) }; $f(0))', { steps: 5_000 }, 'D1012'],
    ['depth', '($f := function($n) { 1 + $f($n + 1) }; $f(0))', { stack: 100 }, 'D1011'],
    ['lists', '[1..1000].($ & "x")', { sequence: 100 }, 'D2015'],
    ['output', '$join([1..1000].$string($))', { output: 1000 }, 'output'],
  ]
  test.for(rows)('%s', async ([, text, limits, code]) => {
    const expression = create(text, { ...DEFAULT_LIMITS, ...limits })
    expect((await faultOf(() => expression.evaluate({}))).code).toBe(`expression/${code}`)
  })
})

describe('the table of built-in functions equals the engine’s', () => {
  const source = readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8')
  const bound = [...source.matchAll(/staticFrame\.bind\('(\w+)', defineFunction\([\w.]+, '([^']+)'\)/g)]
  const timed = { now: '<s?s?:s>', millis: '<:n>' }

  test('names and signatures', () => {
    expect({ ...Object.fromEntries(bound.map(([, name, signature]) => [name, signature])), ...timed }).toEqual(
      BUILTIN_SIGNATURES,
    )
  })

  const rows: [signature: string, min: number, max: number][] = [
    ['<x?s?:s>', 0, 2],
    ['<s-nn?:s>', 1, 3],
    ['<a<n>:n>', 1, 1],
    ['<s-(sf)(sf)n?:s>', 2, 4],
    ['<s-f<s:o>n?:a<o>>', 1, 3],
    ['<a+>', 1, Number.POSITIVE_INFINITY],
    ['<:n>', 0, 0],
  ]
  test.for(rows)('%s takes %i to %i', ([signature, min, max]) => {
    expect(parseArity(signature)).toEqual({ min, max })
  })
})

const row = (name: string) => ({ name, signature: '<x:x>', doc: '', example: { expr: '', gives: null } })

function fail(error: Error): never {
  throw error
}
