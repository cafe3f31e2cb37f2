/** The words of the language, by where they may stand. */
type Words = readonly string[]

/** Functions of one argument, or none. */
export const one: Words = [
  ...['abs', 'boolean', 'ceil', 'clone', 'count', 'distinct', 'exists', 'floor', 'keys', 'length', 'lowercase'],
  ...['max', 'merge', 'min', 'not', 'number', 'reverse', 'round', 'sort', 'spread', 'sqrt', 'string', 'sum'],
]

/** Such functions again, by name only where they are called. */
export const other: Words = [
  ...['trim', 'type', 'uppercase', 'average', 'double', 'toMillis', 'fromMillis', 'base64encode', 'single'],
  ...['email', 'datetime', 'encodeUrlComponent', 'join', 'tally', 'zip', 'phone', 'text', 'decodeUrl', 'assert'],
  ...['base64decode', 'encodeUrl', 'decodeUrlComponent', 'eval', 'nope', 'error'],
]

export const two: Words = [
  ...['append', 'contains', 'substring', 'substringBefore', 'substringAfter', 'split', 'join', 'lookup', 'pad'],
  ...['power', 'round', 'formatBase', 'zip', 'string', 'formatNumber', 'match', 'tally', 'replace', 'error'],
  ...['formatInteger', 'parseInteger', 'sort'],
]

export const higher: Words = ['map', 'filter', 'each', 'sift', 'single', 'sort', 'reduce']

export const matching: Words = ['contains', 'match', 'split', 'map', 'filter']

/** Calls that give the same at any time. */
export const calls: Words = [
  ...['($now() = $now())', '($millis() = $millis())', '$type($millis())', '$length($now())', '($random() < 1)'],
  ...['$sort($shuffle(a))', '$count($shuffle([1, 2, 3]))', '$toMillis("2024", "[Y]")', '$fromMillis(0, "[D] [MNn]")'],
  ...['$formatNumber(12.5, "#0.00")', '$formatInteger(14, "w")', '$parseInteger("xiv", "i")', '$now("[Y", 1)'],
]

export const binary: Words = [
  ...['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in', '=', '&', '??', '?:'],
]

export const variables: Words = ['$x', '$y', '$v', '$w', '$', '$$', '$', '$x', '$i']

/** What a step may bind. */
export const bindings: Words = [
  '@$v',
  '#$i',
  '@$w',
  '#$w',
  '@$v#$i',
  '#$i@$v',
  '@$v[]',
  '#$i[$i=0]',
  '[0]#$i',
  '@$x',
  '@$f',
]

export const patterns: Words = ['/a/', '/[a-z]+/i', '/(a)(b)?/', '/\\s*/', '/,/', '/x*/', '/(\\d)(\\d)?/', '/"/']

export const parameters: Words = ['', '$v', '$v', '$v, $w', '$v, $w', '$v, $w, $x', '$v, $v', '$f']

export const signatures: Words = [
  '<x:x>',
  '<s-:s>',
  '<n?:n>',
  '<a<s>:s>',
  '<(ns)-:x>',
  '<xx?:x>',
  '<f:x>',
  '<o-s?:x>',
  '<x->',
]

export const functions: Words = [
  ...['$string', '$uppercase', '$sum', '$keys', '$not', '$count', '$f', '$append', '$boolean', '$exists'],
  ...['$substring', '$nope', '$map', '$match', '$clone'],
  'function($s){ $s = "a" ? {"match": "a", "start": 0, "end": 1, "groups": [], "next": function(){ $nope }} }',
  'function($s){ {"match": $s, "start": 0, "end": 1, "groups": ["a"]} }',
]
