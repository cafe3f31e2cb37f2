/** Generates calls and operators with arguments of suitable types, since most fully random ones fail. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'

type ArbitraryText = fc.Arbitrary<string>

const pick = (...from: readonly string[]): ArbitraryText => fc.constantFrom(...from)

/** The letters of a template: a text, a number, lists of them, an object, a regular expression, any JSON. */
const values: Readonly<Record<string, ArbitraryText>> = {
  S: pick('"a"', '"aab"', '"a b,c"', '""', '"A1b22"', '"héé😀"', '"ab"', '"x.y.x"', 'a', 'b'),
  N: pick('0', '1', '2', '-1', '-3', '0.5', '2.5', '10', '255', '1999', '1234.567', '40000', 'a', '-0', '(0/0)'),
  T: pick('["a","b"]', '["b","a","b"]', '[]', '["x"]', 'a', 'a.b', '$keys($)'),
  M: pick('[3,1,2]', '[1]', '[]', '[0.5,-1]', '[1..4]', 'a', '1'),
  O: pick('{"a":1,"b":[1,2]}', '{"b":2,"a":1}', '{"a":{"b":[]}}', '{}', '{"k":null,"10":1,"2":2}', 'a', '$'),
  P: pick('/a/', '/(a)(b)?/', '/[a-z]+/i', '/x*/', '/(a)|(b)/', '/\\d+/', '/\\b/', '/./', '/(.)(.)(.)?/'),
  R: pick('"x"', '"$0"', '"[$1]"', '"$2$1"', '"$$"', '"$"', '"$12"', '"$x"', 'function($m){$m.match & "!"}', '$f'),
  L: pick('[{"a":1,"b":"x"},{"a":2,"b":"y"},{"a":1}]', '[[1,2],[3]]', '[{"a":[1]}]', '[null,1]', 'a', 'a.b', '$', '[]'),
  Z: pick('"+0000"', '"+0530"', '"-0100"', 'a'),
}

const lambdas: Readonly<Record<string, ArbitraryText>> = {
  F: pick(
    'function($v){$v}',
    'function($v,$i){$i}',
    'function($v,$i,$l){[$l]}',
    'function($v){$v.a}',
    '$string',
    '$count',
  ),
  B: pick('function($v){$v}', 'function($v){$v = 1}', 'function($v,$k){$k = "a"}', 'function($v){$v.a > 0}', '$exists'),
  G: pick('function($p,$q){$p & $q}', 'function($p,$q,$i){[$p,$q,$i]}', 'function($p,$q,$i,$l){$count($l)}', '$append'),
  C: pick('function($p,$q){$p > $q}', 'function($p,$q){$p.a < $q.a}', 'function($p,$q){1}', 'function($p,$q){$q}'),
}

const numberPictures = pick('"#,##0.00"', '"0"', '"0.0e0"', '"00%"', '"#0.#;(#0.#)"', '"#,######"', '"x"', '"9,99.9"')
const integerPictures = pick(
  '"w"',
  '"W;o"',
  '"Ww"',
  '"I"',
  '"i"',
  '"A"',
  '"a"',
  '"0000"',
  '"#,##0"',
  '"1;o"',
  '"#:##0"',
  '""',
)
const datePictures = pick(
  ...[
    '"[Y0001]-[M01]-[D01]"',
    '"[Y]-[M]-[D]T[H01]:[m]:[s].[f001][Z]"',
    '"[FNn], [D1o] [MNn] [Y,2-2]"',
    '"[YI] [Mi] [Dwo]"',
  ],
  ...['"[h]:[m01] [PN]"', '"[X0001]-W[W01]-[F1]"', '"[[[Y]]]"', '"[Y"', '"[q]"', '"[xNn] [w] [d] [E] [C] [z]"'],
)
const timestamps = pick('0', '1510067557121', '-1', '951782400000', 'a')
const dateTexts = pick(
  '"2018-03-23"',
  '"Friday, 23rd March 18"',
  '"1970-01-01T00:00:00.001Z"',
  '"MMXVIII iii"',
  '"x"',
  '""',
  'a',
)

const letters: Readonly<Record<string, ArbitraryText>> = {
  ...values,
  ...lambdas,
  D: datePictures,
  I: integerPictures,
  U: numberPictures,
  E: timestamps,
  W: dateTexts,
}

const templates = readFileSync(new URL('../../fixtures/compiled/templates.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')

/** A template of the file, one per line, with a value for every letter between spaces. */
export const arbitraryTemplate: ArbitraryText = fc.constantFrom(...templates).chain((template) => {
  const words = template.split(' ')
  return fc.tuple(...words.map((word) => letters[word] ?? fc.constant(word))).map((parts) => parts.join(' ').trim())
})
