/** Expressions whose work grows with their data: at least one for each operator and each function. */
import type { JsonObject } from '../../../runtime/ports/types.ts'

export interface CostCase {
  readonly text: string
  /** Whether the work grows with the data. Otherwise it must not read more of larger data. */
  readonly grows: boolean
}

const growing = (...texts: readonly string[]): readonly CostCase[] => texts.map((text) => ({ text, grows: true }))
const constant = (...texts: readonly string[]): readonly CostCase[] => texts.map((text) => ({ text, grows: false }))

/** Data of a size: a text of `n` characters, lists of `n` items, objects of `n` members. */
export function createData(n: number): JsonObject {
  const range = Array.from({ length: n }, (_, i) => i + 1)
  const text = 'x'.repeat(n)
  const object = () => Object.fromEntries(range.map((i) => [`m${i}`, i]))
  const objects = () => range.map((i) => ({ a: 1, k: `k${i % 7}`, [`m${i}`]: i }))
  return {
    ...{ n, few: [1, 2, 3], one: { a: 1, k: 'k' }, day: '2026-01-10', objects: objects(), objects2: objects() },
    ...{ text, text2: `x${text.slice(1)}`, larger: `${text.slice(1)}y`, padded: ` ${text} `, numerals: '1'.repeat(n) },
    // Texts of the same beginning.
    long: Array.from({ length: 16 }, (_, i) => `${'x'.repeat(n / 16)}${String.fromCharCode(122 - i)}`),
    ...{ numbers: [...range], numbers2: [...range], texts: range.map((i) => `t${i}`), nested: [[objects()]] },
    ...{
      object: object(),
      object2: object(),
      lists: range.map(() => [0]),
      listsByName: Object.fromEntries(range.map((i) => [`m${i}`, [i]])),
    },
    base64: Buffer.from(text).toString('base64'),
  }
}

const operators: readonly CostCase[] = [
  ...constant(
    'n + 1',
    'n - 1',
    'n * 2',
    'n / 2',
    'n % 2',
    '-n',
    'n = 1',
    'n < 2',
    'n <= 2',
    'n > 2',
    'n >= 2',
    'n != 2',
  ),
  ...growing('text & larger', '"" & objects', '"" & object', '"" & nested'),
  ...growing(
    'text = text2',
    'numbers = numbers2',
    'object = object2',
    'objects = objects2',
    'long = $append(long, 1)[[0..15]]',
  ),
  ...growing('text != text2', 'numbers != numbers2', 'object != object2'),
  ...growing('text < larger', 'text <= larger', 'text > larger', 'text >= larger'),
  ...growing('-1 in numbers', '"y" in texts', '(long[0] & "a") in long', '"y" in texts ? 1 : 2'),
  ...growing(
    'object and n',
    'lists and n',
    'object or n',
    'lists or n',
    'object ? 1 : 2',
    'lists ? 1 : 2',
    'object ?: 1',
  ),
  ...constant(
    'text ? 1 : 2',
    'text ?? 1',
    'object.m1',
    'numbers[0]',
    'numbers[-1]',
    '($v := numbers; $v[0])',
    '/x/',
    '$$.n',
  ),
  ...growing(
    '[1..n]',
    '[numbers, 1]',
    '[numbers, numbers, numbers]',
    '[[numbers], [texts]]',
    '[[numbers][$ > 1]]',
    '[numbers][0]',
  ),
  ...growing(
    '{"a": numbers}',
    'objects.{"a": a}',
    'objects{k: a}',
    'objects{k: $sum(a)}',
    'objects{k: $}',
    'numbers{"a": $}',
  ),
  ...growing('(objects.{"a": a, "b": none})[0]', 'objects.{k: a}', '(few.$$.numbers){"a": $}'),
]

const paths: readonly CostCase[] = [
  ...growing(
    'objects.a',
    'objects.a.b',
    'nested.a',
    'nested.none',
    'nested.(none)',
    '$count(nested.a)',
    'few.($$.numbers)',
  ),
  ...growing(
    'objects.toString',
    'objects.(a)',
    'lists.$',
    'numbers.[$]',
    '[numbers].$',
    '[numbers][$ > 1].$',
    'few.($$.numbers[$ > 1])',
  ),
  ...growing('object.*', 'listsByName.*', 'numbers.*', 'object.**', 'nested.**', '**[$ = -1]'),
  ...growing(
    'objects[a = 2]',
    'objects[k]',
    'objects[none]',
    'numbers[[0, 1]]',
    'few[$$.numbers]',
    'few[$$.object]',
    'few[$$.lists]',
  ),
  ...growing(
    'objects.k[]',
    'objects[].a',
    'objects.a[0]',
    'objects.[a][0]',
    '(objects.a)[0]',
    '(objects.a)[$ = 2]',
    '[objects.[a]]',
  ),
  ...growing(
    'numbers^(>$)',
    'objects^(a, k)',
    'long^($)',
    'objects^(a).k',
    'objects^(>k)[0]',
    'objects^(a)[][0]',
    'objects^(k)^(a)',
  ),
  ...growing(
    'objects@$o.a',
    'objects#$i.a',
    'objects@$o.a[$o.k = "k1"]',
    'objects@$o[a = 2].k',
    'objects#$i[0].a',
    'objects#$i[$i = 2]',
  ),
  ...growing(
    'objects@$o^(a).k',
    '$count(objects@$o^(a, $o.k))',
    'objects^(a)#$i.k',
    'objects[a = 1]#$i.k',
    'objects#$i{k: $i}',
    'objects@$o{$o.k: a}',
  ),
  ...growing(
    'objects.a.(%.k)',
    'objects.(a.%.k)',
    'few.($$.objects#$i.a)',
    '(objects.a#$i)[0]',
    '(objects#$i)[$i = 1]',
    '(objects#$i){k: $i}',
  ),
  ...growing(
    'few@$a.($$.numbers)',
    'objects.k.{"k": %.a}',
    '$count(few@$a.($$.objects@$b))',
    '(objects.a)[0].(%.k)',
    '(objects.a)[$ = 2].(%.k)',
    '(objects.a){%.k: $}',
    '$.(objects@$o.a)',
    '($x := objects; $x@$o.a)',
  ),
  ...growing('([objects]; objects#$i)[a = 2]', '[objects.a]#$i.$i'),
]

const calls: readonly CostCase[] = [
  ...growing(
    'numbers ~> $sum',
    'numbers ~> $map(function($v) { $v })',
    '($f := $sum ~> $string; $f(numbers))',
    'text ~> $uppercase ~> $length',
  ),
  ...growing(
    '(function($l) { $count($map($l, function($v) { $v })) })(numbers)',
    '($f := function($s) { $uppercase($s) }; $f(text))',
  ),
  ...growing(
    '($f := $join(?, ","); $f(texts))',
    '($f := $pad("x", ?); $f(n))',
    '($f := function($a, $b) { $a & $b }; $f(?, "x")(text))',
  ),
  ...growing(
    '($f := function($s)<s:s> { $uppercase($s) }; $f(text))',
    '$map(texts, $uppercase)',
    '$map(long, $length)',
    '$map(long, /x/)',
  ),
  ...growing(
    '($f := function($l) { $filter($l, $boolean) }; $f(lists))',
    '($f := function($l) { $sort($l) }; $f(numbers))',
    '($f := function($n) { $map(texts, $n) }; $f($length))',
  ),
  ...growing(
    '$$ ~> |objects|{"b": 2}|',
    '$$ ~> |objects|{}, "a"|',
    'one ~> |$|$$.object|',
    'one ~> |$|{}, $$.texts|',
    '$ ~> |few|{}|',
  ),
  ...growing(
    '$plain(text)',
    '$plain(objects)',
    '$plain(text, 1)',
    '$checked(text)',
    '$map(texts, $plain)',
    '$plain("x", text)',
    '$grow(n)',
  ),
  ...growing('($s := function($l) { $distinct($l) }; $s(texts))', '$distinct(texts)[0]', '($x := $keys(object)[]; $x)'),
]

/** By name, without `$`. */
export const builtinCases: Readonly<Record<string, readonly CostCase[]>> = {
  abs: constant('$abs(n)'),
  append: growing('$append(numbers, 1)', '$append(1, numbers)', '$append(numbers, texts)'),
  assert: constant('$assert(true, "x")'),
  average: growing('$average(numbers)'),
  base64decode: growing('$base64decode(base64)'),
  base64encode: growing('$base64encode(text)'),
  boolean: growing('$boolean(object)', '$boolean(lists)', '$boolean([[object]])'),
  ceil: constant('$ceil(n)'),
  clone: growing('$clone(object)', '$clone(objects)'),
  contains: growing('$contains(text, "y")', '$contains("y", text)', '$contains(text, /y/)', '$contains(text, larger)'),
  count: constant('$count(numbers)', '$count(object)'),
  decodeUrl: growing('$decodeUrl(text)'),
  decodeUrlComponent: growing('$decodeUrlComponent(text)'),
  distinct: growing('$distinct(texts)', '$distinct(long)', '$distinct(objects.k)'),
  each: growing('$each(object, function($v) { $v })', '$each(object, $string)', '$each(listsByName, $sum)'),
  encodeUrl: growing('$encodeUrl(text)'),
  encodeUrlComponent: growing('$encodeUrlComponent(text)'),
  error: constant('$error("x")'),
  exists: constant('$exists(object)', '$exists(numbers)'),
  filter: growing(
    '$filter(numbers, function($v) { $v = 1 })',
    '$filter(few, function() { $$.object })',
    '$filter(lists, $boolean)',
    '$filter(few, function() { $lookup($$, "object") })',
  ),
  floor: constant('$floor(n)'),
  formatBase: constant('$formatBase(n, 2)'),
  formatInteger: [...constant('$formatInteger(n, "w")'), ...growing('$formatInteger(n, $pad("0", n, "0,"))')],
  formatNumber: [...constant('$formatNumber(n, "#")'), ...growing('$formatNumber(n, $pad("0", n, "0"))')],
  fromMillis: [...constant('$fromMillis(n)'), ...growing('$fromMillis(n, text)', '$fromMillis(n, "[Y,*-" & n & "]")')],
  join: growing('$join(texts)', '$join(texts, ",")', '$join(long)', '$join(["a", "b", "c"], text)'),
  keys: growing('$keys(object)', '$keys(objects)', '$keys(nested)'),
  length: growing('$length(text)'),
  lookup: [...constant('$lookup(object, "m1")'), ...growing('$lookup(objects, "a")', '$lookup(nested, "none")')],
  lowercase: growing('$lowercase(text)'),
  map: growing(
    '$map(numbers, function($v) { $v })',
    '$map(objects, function($v) { $v.a })',
    '$map(few, function() { $$.numbers })',
  ),
  match: growing('$match(text, /x/)', '$match(text, /y/)', '$match(text, /x+/)', '$match(text, /x/, 2)'),
  max: growing('$max(numbers)'),
  merge: growing('$merge(objects)', '$merge([object, one])', '$merge(object)'),
  millis: constant('$millis()'),
  min: growing('$min(numbers)'),
  not: growing('$not(object)', '$not(lists)'),
  now: [...constant('$now()'), ...growing('$now(text)')],
  number: [...constant('$number("12")'), ...growing('$number(numerals)')],
  pad: growing('$pad("x", n)', '$pad("x", -n, "ab")', '$pad(text, 3)'),
  parseInteger: growing('$parseInteger(numerals, "0")', '$parseInteger("1", $pad("0", n, "0"))'),
  power: constant('$power(n, 2)'),
  random: constant('$random()'),
  reduce: growing(
    '$reduce(numbers, function($a, $b) { $a + $b })',
    '$reduce(few, function($s, $i) { $s & $$.text }, "")',
    '$reduce(numbers, $append)',
  ),
  replace: growing(
    '$replace(text, "y", "z")',
    '$replace(text, "x", "yy")',
    '$replace(text, /x/, "yy")',
    '$replace(text, /x/, function() { "y" })',
    '$replace("abc", /[a-c]/, function() { $$.text })',
    '$replace("abc", /[a-c]/, text)',
    '$replace("abc", "b", text)',
    '$replace("aaa", text, "")',
  ),
  reverse: growing('$reverse(numbers)'),
  round: constant('$round(n, 1)'),
  shuffle: growing('$shuffle(numbers)'),
  sift: growing('$sift(object, function($v) { $v > 1 })', '$sift(object, $boolean)'),
  single: growing('$single(numbers, function($v) { $v = 1 })'),
  sort: growing('$sort(numbers)', '$sort(texts)', '$sort(long)', '$sort(numbers, function($l, $r) { $l < $r })'),
  split: growing('$split(text, "")', '$split(text, "y")', '$split(text, /x/)', '$split("a", text)'),
  spread: growing('$spread(object)', '$spread(objects)'),
  sqrt: constant('$sqrt(n)'),
  string: growing(
    '$string(object)',
    '$string(objects)',
    '$string(numbers, true)',
    '$string(nested)',
    '$string(objects, true)',
  ),
  substring: growing('$substring(text, 1)', '$substring(text, 1, 2)', '$substring(text, -2)'),
  substringAfter: growing('$substringAfter(text, "y")', '$substringAfter(text, "x")', '$substringAfter("y", text)'),
  substringBefore: growing('$substringBefore(text, "y")', '$substringBefore(larger, "y")'),
  sum: growing('$sum(numbers)'),
  toMillis: [
    ...constant('$toMillis(day)'),
    ...growing('$toMillis(text)', '$toMillis(day, text)', '$toMillis(text, "[Y]-[M]")'),
  ],
  trim: growing('$trim(padded)', '$trim(text)'),
  type: constant('$type(object)', '$type(numbers)', '$type(text)'),
  uppercase: growing('$uppercase(text)'),
  zip: growing('$zip(numbers, texts)', '$zip(numbers)', '$zip(numbers, numbers, numbers, numbers, few)'),
}

export const costCases: readonly CostCase[] = [...operators, ...paths, ...calls, ...Object.values(builtinCases).flat()]
