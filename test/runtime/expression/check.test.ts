/** The check of names: what `validate` accepts, both engines evaluate; what it refuses is named at its place. */
import { describe, expect, test } from 'vitest'
import { checkExpression } from '../../../runtime/expression/check/check.ts'
import { NotCompilable } from '../../../runtime/expression/compiler/not-compilable.ts'
import { LinkedExpression } from '../../../runtime/expression/link.ts'
import { isProblem, type Parsed, parseExpression } from '../../../runtime/expression/parse.ts'
import type { Json } from '../../../runtime/ports/types.ts'

function parse(text: string): Parsed {
  const parsed = parseExpression(text)
  if (isProblem(parsed)) throw new Error(parsed.message)
  return parsed
}

/** As `code word`, in the order of the text. */
const findProblems = (text: string): readonly string[] =>
  checkExpression(parse(text), { functions: [], variables: [] }).map(
    ({ code, span }) => `${code} ${text.slice(...span)}`,
  )

const EVEN = '$even := function($n) { $n = 0 ? true : $odd($n - 1) }'
const ODD = '$odd := function($n) { $n = 0 ? false : $even($n - 1) }'

describe('accepted, and evaluated by both engines', () => {
  const input = { a: '  HeY ', b: true }
  const rows: [text: string, gives: Json][] = [
    ['($clean := $trim ~> $lowercase; $clean(a))', 'hey'],
    ['($clean := $trim ~> $lowercase ~> $length; $clean(a))', 3],
    ['($trim ~> $uppercase)(a)', 'HEY'],
    ['a ~> ($trim ~> $lowercase)', 'hey'],
    ['($f := b ? $trim : $lowercase; $f(a))', 'HeY'],
    ['($f := $not(b) ? $trim : $lowercase; $f(a))', '  hey '],
    ['(b ? $trim : $lowercase)(a)', 'HeY'],
    ['$map([a], b ? $trim : $lowercase)', 'HeY'],
    ['($f := b ? ($n := 1; $trim) : $lowercase; $f(a))', 'HeY'],
    ['($f := missing ?? $trim; $f(a))', 'HeY'],
    ['($pick := function($c) { $c ? $trim : $lowercase }; $pick(b)(a))', 'HeY'],
    ['$reduce([$trim, $lowercase], function($v, $f) { $f($v) }, a)', 'hey'],
    [`(${EVEN}; ${ODD}; $even(5))`, false],
    [`(${EVEN}; $five := 5; ${ODD}; $odd($five))`, true],
    ['($f := function($n) { $n * $rate }; $rate := 2; $f(3))', 6],
    ['($f := ($g := function($n) { $h($n) }; $h := function($n) { $n }; $g); $f(1))', 1],
  ]
  test.for(rows)('%s', async ([text, gives]) => {
    expect(findProblems(text)).toEqual([])
    const linked = new LinkedExpression(parse(text), [])
    const program = linked.program()
    if (program instanceof NotCompilable) throw new Error(program.reason)
    expect(program.evaluate(input)).toEqual(gives)
    expect(await linked.interpret(input, {})).toEqual(gives)
  })
})

describe('refused', () => {
  const rows: [text: string, ...problems: string[]][] = [
    [
      '$nope(a) ?? ("a" + 1 ?: $match(a, /(b+)+c/))',
      'unknown-function $nope',
      'string-addition +',
      'regex-backtracking /(b+)+c/',
    ],
    ['$trim', 'uncalled $trim'],
    ['{"a": $trim}', 'uncalled $trim'],
    ['[$trim, a]', 'uncalled $trim'],
    ['$sum([$count])', 'uncalled $count'],
    ['($x := $trim & "a"; $x)', 'uncalled $trim'],
    ['b ? $trim : a', 'uncalled $trim'],
    ['$trim ~> $lowercase', 'uncalled $trim'],
    ['($f := $trim; $trim)', 'uncalled $trim'],
    ['($f := $trim ? 1 : 2; $f)', 'uncalled $trim'],
    ['$map(a, function($v) { $trim })', 'uncalled $trim'],
    ['($f := $trim ~> $lowrcase; $f(a))', 'unknown-variable $lowrcase'],
    ['($f := b ? $trm : $lowercase; $f(a))', 'unknown-variable $trm'],
    [`(${EVEN}; $x := $even(5); ${ODD}; $x)`, 'unknown-function $odd'],
    [`(${EVEN}; $x := $map([1], $even); ${ODD}; $x)`, 'unknown-function $odd'],
    [`(${EVEN}; (${ODD}); $even(5))`, 'unknown-function $odd'],
    ['($f := function($n) { $n * $rat }; $rate := 2; $f(3))', 'unknown-variable $rat'],
    ['($f := $rate; $rate := 2; $f)', 'unknown-variable $rate'],
  ]
  test.for(rows)('%s', ([text, ...problems]) => {
    expect(findProblems(text)).toEqual(problems)
  })
})

describe('where results must be stable, $toMillis takes no date from the clock', () => {
  const find = (text: string): readonly string[] =>
    checkExpression(parse(text), { functions: [], variables: [], volatileHelp: 'use times of the record' }).map(
      ({ code, span }) => `${code} ${text.slice(...span)}`,
    )

  test.each([
    '$toMillis(a)',
    'a.$toMillis()',
    'a ~> $toMillis',
    'a ~> $toMillis("[Y0001]-[M01]-[D01]")',
    '$toMillis(a, "[D] [MNn] [ Y]")',
    '$map(a, $toMillis(?, "[Y]-[d]"))',
    '($parse := $trim ~> $toMillis; $parse(a))',
    '($toMillis := function($x, $y) { $x }; $toMillis(a, "[H]"))',
  ])('accepts %s', (text) => expect(find(text)).toEqual([]))

  test.each([
    '$toMillis("10:30", "[H]:[m]")',
    'a ~> $toMillis("[M]-[D]")',
    'a.$toMillis(b, "[[Y]")',
    '$toMillis(a, b)',
    '$map(a, $toMillis(?, "[H]"))',
    '($parse := $toMillis; $parse(a, "[H]"))',
    '$toMillis(a, "[H]") ?? 1',
  ])('refuses %s', (text) => {
    expect(find(text)).toEqual(['volatile $toMillis'])
    expect(findProblems(text)).toEqual([])
  })
})
