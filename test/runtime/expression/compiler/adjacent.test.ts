/** What stands beside what in a path: kinds of steps, and of what follows one, two and three in a row. */
import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../../runtime/expression/compiler/runtime/limits.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import { engines, exact, freeze, interpret, isRefused, run } from '../../../helpers/compiler/engines.ts'

/** `#` stands for a name, another for each place in a path: `a`, `b`, `c`. */
const steps = [
  ...['#', '"#"', '`#`', '*', '**', '%', '$', '$$', '$v', '(#; #)', '(#.b)', '(b.%)', '(#@$w)', '(#^($))'],
  ...['[#]', '[#, 1]', '[]', '{"a": #, "b": $}', '(#{"a": $})', '(# ? # : b)', '(# ?? b)', '("b")', '(7)', '[1..2]'],
  ...[
    '$append(#, 2)',
    '$string()',
    '$keys()',
    '$distinct(#)',
    'function($p){$p.#}($)',
    '(# ~> $count)',
    '($q := #; $q)',
  ],
  ...['$map(#, function($m){$m})', '($ ~> |$|{"c": 5}|)'],
]

/** What follows a step; those at the start bind names, or put into an order, which all that comes after must know. */
const ordering = [
  '^(c)',
  '^(b, >c)',
  '^(>$)',
  '#$i',
  '@$f',
  '{"k": $}',
  '[]',
  '[0]',
  '[c = 1]',
  '[%.c = 1]',
  '[$i = 0]',
]
const filters = [
  '[-1]',
  '[b]',
  '[[0, -1]]',
  '[[]]',
  '["x"]',
  '[{}]',
  '[nope]',
  '[$f.c = c]',
  '[true]',
  '[$count($) - 1]',
]
const kinds = [...steps, ...ordering, ...filters]

const inputs = [
  '{"a":[{"b":[{"c":1},{"c":2}],"c":2},{"b":{"c":3},"c":1}],"b":[1,2],"c":"x"}',
  '{"a":[[{"b":[[1],[2,3]],"c":1}],[{"b":[],"c":1},{"c":2}]],"b":[[[1]]]}',
  '[{"a":{"b":1}},{"a":[{"b":2,"c":1}],"c":[1,2]},3]',
]

const names = ['a', 'b', 'c', 'a']

const path = (parts: readonly string[]): string =>
  parts
    .map((part, i) => {
      const isStep = steps.includes(part)
      // A path cannot begin with what follows a step.
      const before = i === 0 ? (isStep ? '' : 'a') : isStep ? '.' : ''
      return before + part.replaceAll('#', isStep ? String(names[i]) : '#')
    })
    .join('')

const triples = (from: readonly string[]): string[] =>
  from.flatMap((a) => from.flatMap((b) => from.map((c) => path([a, b, c]))))

const bindings = { v: [{ a: 1, b: [2], c: 3 }, { b: 4 }] }

async function differences(text: string): Promise<{ readonly compared: number; readonly wrong: readonly object[] }> {
  const both = engines(text, DEFAULT_LIMITS)
  if (both === undefined || isRefused(both.compiled)) return { compared: 0, wrong: [] }
  const wrong: object[] = []
  let compared = 0
  for (const json of inputs) {
    const read = () => JSON.parse(json) as Json
    const compiled = run(both.compiled, freeze(read()), freeze(structuredClone(bindings)))
    if ('fails' in compiled) continue
    const interpreted = await interpret(both.interpreted, read(), structuredClone(bindings))
    compared++
    if ('fails' in interpreted || exact(compiled.gives) !== exact(interpreted.gives)) {
      wrong.push({ text, json, compiled, interpreted })
    }
  }
  return { compared, wrong }
}

async function compareAll(texts: readonly string[], least: number): Promise<void> {
  const wrong: object[] = []
  let compared = 0
  for (const text of texts) {
    const each = await differences(text)
    compared += each.compared
    wrong.push(...each.wrong)
  }
  expect(wrong).toEqual([])
  expect(compared).toBeGreaterThan(least)
}

test('what binds and what orders, three in a row', { timeout: 60_000 }, () => compareAll(triples(ordering), 2000))

test('any two in a row', { timeout: 60_000 }, () =>
  compareAll(
    kinds.flatMap((a) => kinds.map((b) => path([a, b]))),
    6000,
  ),
)

test('three in a row, one of two hundred', { timeout: 60_000 }, () =>
  compareAll(
    triples(kinds).filter((_, i) => i % 211 === 20),
    1500,
  ),
)
