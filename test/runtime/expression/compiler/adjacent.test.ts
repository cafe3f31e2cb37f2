/** Combinations of adjacent path steps and suffixes, two and three in a row. */
import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../../../runtime/expression/compiler/runtime/limits.ts'
import type { Json } from '../../../../runtime/ports/types.ts'
import {
  createEngines,
  deepFreeze,
  isNotCompilable,
  runCompiled,
  runInterpreted,
  toExactText,
} from '../../../helpers/compiler/engines.ts'

/** `#` stands for a name, a different one at each position of the path: `a`, `b`, `c`. */
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

/** Suffixes that sort, bind names, group or filter by a bound name: the state that later steps depend on. */
const statefulSuffixes = [
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
const kinds = [...steps, ...statefulSuffixes, ...filters]

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
      // A path cannot begin with a suffix.
      const before = i === 0 ? (isStep ? '' : 'a') : isStep ? '.' : ''
      return before + part.replaceAll('#', isStep ? String(names[i]) : '#')
    })
    .join('')

const triples = (from: readonly string[]): string[] =>
  from.flatMap((a) => from.flatMap((b) => from.map((c) => path([a, b, c]))))

const bindings = { v: [{ a: 1, b: [2], c: 3 }, { b: 4 }] }

async function compareOne(
  text: string,
): Promise<{ readonly compared: number; readonly differences: readonly object[] }> {
  const both = createEngines(text, DEFAULT_LIMITS)
  if (both === undefined || isNotCompilable(both.compiled)) return { compared: 0, differences: [] }
  const differences: object[] = []
  let compared = 0
  for (const json of inputs) {
    const read = () => JSON.parse(json) as Json
    const compiled = runCompiled(both.compiled, deepFreeze(read()), deepFreeze(structuredClone(bindings)))
    if ('error' in compiled) continue
    const interpreted = await runInterpreted(both.reference, read(), structuredClone(bindings))
    compared++
    if ('error' in interpreted || toExactText(compiled.value) !== toExactText(interpreted.value)) {
      differences.push({ text, json, compiled, interpreted })
    }
  }
  return { compared, differences }
}

async function compareAll(texts: readonly string[], least: number): Promise<void> {
  const differences: object[] = []
  let compared = 0
  for (const text of texts) {
    const each = await compareOne(text)
    compared += each.compared
    differences.push(...each.differences)
  }
  expect(differences).toEqual([])
  expect(compared).toBeGreaterThan(least)
}

test('any three stateful suffixes in a row', { timeout: 60_000 }, () => compareAll(triples(statefulSuffixes), 2000))

test('any two steps or suffixes in a row', { timeout: 60_000 }, () =>
  compareAll(
    kinds.flatMap((a) => kinds.map((b) => path([a, b]))),
    6000,
  ),
)

test('a sample of all triples', { timeout: 60_000 }, () =>
  compareAll(
    triples(kinds).filter((_, i) => i % 211 === 20),
    1500,
  ),
)
