/** Names and fragments of JSONata, by the position where they can stand. */
type Fragments = readonly string[]

/** Functions of one argument, or none. */
export const unaryFunctions: Fragments = [
  ...['abs', 'boolean', 'ceil', 'clone', 'count', 'distinct', 'exists', 'floor', 'keys', 'length', 'lowercase'],
  ...['max', 'merge', 'min', 'not', 'number', 'reverse', 'round', 'sort', 'spread', 'sqrt', 'string', 'sum'],
]

/** Functions that are generated only in calls, never as values. */
export const moreFunctions: Fragments = [
  ...['trim', 'type', 'uppercase', 'average', 'double', 'toMillis', 'fromMillis', 'base64encode', 'single'],
  ...['email', 'datetime', 'encodeUrlComponent', 'join', 'tally', 'zip', 'phone', 'text', 'decodeUrl', 'assert'],
  ...['base64decode', 'encodeUrl', 'decodeUrlComponent', 'eval', 'nope', 'error'],
]

export const binaryFunctions: Fragments = [
  ...['append', 'contains', 'substring', 'substringBefore', 'substringAfter', 'split', 'join', 'lookup', 'pad'],
  ...['power', 'round', 'formatBase', 'zip', 'string', 'formatNumber', 'match', 'tally', 'replace', 'error'],
  ...['formatInteger', 'parseInteger', 'sort'],
]

export const higherOrderFunctions: Fragments = ['map', 'filter', 'each', 'sift', 'single', 'sort', 'reduce']

export const regexFunctions: Fragments = ['contains', 'match', 'split', 'map', 'filter']

/** Calls of volatile functions with stable results. */
export const stableCalls: Fragments = [
  ...['($now() = $now())', '($millis() = $millis())', '$type($millis())', '$length($now())', '($random() < 1)'],
  ...['$sort($shuffle(a))', '$count($shuffle([1, 2, 3]))', '$toMillis("2024", "[Y]")', '$fromMillis(0, "[D] [MNn]")'],
  ...['$formatNumber(12.5, "#0.00")', '$formatInteger(14, "w")', '$parseInteger("xiv", "i")', '$now("[Y", 1)'],
]

export const binaryOperators: Fragments = [
  ...['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in', '=', '&', '??', '?:'],
]

export const variables: Fragments = ['$x', '$y', '$v', '$w', '$', '$$', '$', '$x', '$i']

/** Bindings of a path step. */
export const stepBindings: Fragments = [
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

export const regexes: Fragments = ['/a/', '/[a-z]+/i', '/(a)(b)?/', '/\\s*/', '/,/', '/x*/', '/(\\d)(\\d)?/', '/"/']

export const parameterLists: Fragments = ['', '$v', '$v', '$v, $w', '$v, $w', '$v, $w, $x', '$v, $v', '$f']

export const signatures: Fragments = [
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

export const functionValues: Fragments = [
  ...['$string', '$uppercase', '$sum', '$keys', '$not', '$count', '$f', '$append', '$boolean', '$exists'],
  ...['$substring', '$nope', '$map', '$match', '$clone'],
  'function($s){ $s = "a" ? {"match": "a", "start": 0, "end": 1, "groups": [], "next": function(){ $nope }} }',
  'function($s){ {"match": $s, "start": 0, "end": 1, "groups": ["a"]} }',
]
