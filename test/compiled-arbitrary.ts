/** Expressions and inputs at random, as a property test wants them: short, nested, and full of what is easily got wrong. */
import fc from 'fast-check'

/** Names in data: plain ones, often, and those that mean something to an engine. */
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'id') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['__proto__', '_jsonata_function', '_jsonata_lambda', 'sequence', 'length', 'constructor', 'tupleStream'],
      ...['outerWrapper', 'keepSingleton', 'cons', 'toString', 'then', 'hasOwnProperty', '0', '1', 'toJSON', '@', 'é'],
    ),
  },
)

// No larger: from 2 ** 53 on, the interpreter never gets to the end of a range, and takes the process with it.
const number = fc.oneof(fc.constantFrom(0, 1, 2, -1, 3, 0.5, -0.1, 1e-7, 12.75), fc.integer({ min: -999, max: 99_999 }))

const text = fc.constantFrom(
  ...[
    '',
    'a',
    'b',
    'A b',
    '1',
    '-2.5',
    '0x1F',
    '1e3',
    ' x ',
    'true',
    'null',
    'a,b,,c',
    'ααα',
    '😀é',
    'aaa',
    '\u2028',
    '$1',
  ],
  ...['2024-02-29T12:30:00.000Z', '2024-02-29', '*/ x', '[', '"', "it's", '_jsonata_function', '\\', '$[x}', '`'],
)

/** JSON as text, since only a parser makes an own member of `__proto__`. */
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '[]', '{}', '[null]', '[[]]', '[0]', '[1]', '[{}]'),
    number.map((it) => JSON.stringify(it)),
    text.map((it) => JSON.stringify(it)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc.array(tie('value'), { minLength: 1, maxLength: 1 }).map((items) => `[${items.join()}]`),
    record(tie('value')),
    record(tie('value')),
    fc.array(record(tie('value')), { maxLength: 3 }).map((items) => `[${items.join()}]`),
  ),
}))

function record(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc.tuple(name, value).map(([key, it]) => `${JSON.stringify(key)}:${it}`)
  return fc.array(member, { maxLength: 5 }).map((members) => `{${members.join()}}`)
}

export const input = fc.oneof(
  { weight: 6, arbitrary: json.value.filter((it) => it.startsWith('{')) },
  { weight: 2, arbitrary: json.value },
)

const quoted = (it: string): string => JSON.stringify(it)

const field = name.map((it) => (/^[a-z]+$/i.test(it) ? it : `\`${it}\``))
const variable = fc.constantFrom('$x', '$y', '$v', '$w', '$', '$$', '$', '$x')

const literalText = fc.oneof(
  text.map(quoted),
  number.map((it) => JSON.stringify(it)),
  fc.constantFrom('true', 'false', 'null', '-1', '0', '1', '2', '"a"', '"b"'),
)

const one = ['abs', 'boolean', 'ceil', 'clone', 'count', 'distinct', 'exists', 'floor', 'keys', 'length', 'lowercase']
const more = ['max', 'merge', 'min', 'not', 'number', 'reverse', 'round', 'sort', 'spread', 'sqrt', 'string', 'sum']
const rest = ['trim', 'type', 'uppercase', 'average', 'double', 'toMillis', 'fromMillis', 'base64encode', 'single']
const other = [
  'email',
  'datetime',
  'encodeUrlComponent',
  'join',
  'tally',
  'zip',
  'phone',
  'text',
  'decodeUrl',
  'assert',
]
const two = ['append', 'contains', 'substring', 'substringBefore', 'substringAfter', 'split', 'join', 'lookup', 'pad']
const twoMore = ['power', 'round', 'formatBase', 'zip', 'string', 'formatNumber', 'match', 'tally', 'replace', 'error']
const higher = ['map', 'filter', 'each', 'sift', 'single', 'sort', 'reduce']
const binary = ['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in', '=', '&', '??', '?:']
const pattern = fc.constantFrom('/a/', '/[a-z]+/i', '/(a)(b)?/', '/\\s*/', '/,/', '/x*/', '/(\\d)(\\d)?/', '/"/')

/** An expression as text. Some are no expressions at all, and are left out by the parser. */
export const expression: fc.Arbitrary<string> = fc.letrec<Record<'any' | 'step' | 'path' | 'f', string>>((tie) => {
  const any = tie('any')
  const list = fc.array(any, { maxLength: 3 })
  const suffix = fc.oneof(
    fc.constantFrom('[0]', '[-1]', '[1]', '[]', '[true]', '[$]', '[[0,1]]', '[0.7]', '[]', '[0][0]'),
    any.map((it) => `[${it}]`),
  )
  const pair = fc
    .tuple(fc.oneof(text.map(quoted), fc.constantFrom('"k"', '"j"'), any), any)
    .map(([k, v]) => `${k}: ${v}`)
  const object = fc.array(pair, { maxLength: 3 }).map((pairs) => `{${pairs.join(', ')}}`)
  const bind = fc
    .tuple(fc.constantFrom('$x', '$y', '$f', '$sum'), fc.oneof(any, any, tie('f')))
    .map(([x, it]) => `${x} := ${it}`)
  const statement = fc.oneof(bind, any)
  const term = fc.tuple(fc.constantFrom('', '<', '>'), any).map((parts) => parts.join(''))
  return {
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 6, arbitrary: field },
      { weight: 3, arbitrary: literalText },
      { weight: 3, arbitrary: variable },
      { weight: 8, arbitrary: tie('path') },
      { weight: 5, arbitrary: fc.tuple(any, fc.constantFrom(...binary), any).map(([l, o, r]) => `(${l} ${o} ${r})`) },
      { weight: 2, arbitrary: fc.tuple(any, any, any).map(([c, t, e]) => `(${c} ? ${t} : ${e})`) },
      { weight: 1, arbitrary: fc.tuple(any, any).map(([c, t]) => `(${c} ? ${t})`) },
      { weight: 3, arbitrary: list.map((items) => `[${items.join(', ')}]`) },
      { weight: 1, arbitrary: fc.tuple(any, any).map(([l, r]) => `[${l}..${r}]`) },
      { weight: 3, arbitrary: object },
      { weight: 1, arbitrary: any.map((it) => `-${it}`) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(...one, ...more, ...rest, ...other), fc.option(any))
          .map(([f, it]) => `$${f}(${it ?? ''})`),
      },
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constantFrom(...two, ...twoMore), any, any).map(([f, l, r]) => `$${f}(${l}, ${r})`),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...two), any).map(([f, it]) => `$${f}(${it})`) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...higher), any, tie('f')).map(([f, it, g]) => `$${f}(${it}, ${g})`),
      },
      { weight: 1, arbitrary: fc.tuple(any, tie('f'), any).map(([it, g, init]) => `$reduce(${it}, ${g}, ${init})`) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('contains', 'match', 'split'), any, pattern)
          .map(([f, it, p]) => `$${f}(${it}, ${p})`),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(any, pattern, fc.oneof(any, text.map(quoted), tie('f')))
          .map((it) => `$replace(${it.join(', ')})`),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(any, fc.constantFrom(...one, ...more, ...higher), list)
          .map(([l, f, args]) => `(${l} ~> $${f}(${args.join(', ')}))`),
      },
      { weight: 1, arbitrary: fc.tuple(any, tie('f')).map(([l, f]) => `(${l} ~> ${f})`) },
      {
        weight: 3,
        arbitrary: fc.array(statement, { minLength: 1, maxLength: 3 }).map((parts) => `(${parts.join('; ')})`),
      },
      { weight: 1, arbitrary: fc.tuple(tie('f'), list).map(([f, args]) => `(${f})(${args.join(', ')})`) },
      { weight: 1, arbitrary: fc.tuple(tie('f'), list).map(([f, args]) => `($f := ${f}; $f(${args.join(', ')}))`) },
      { weight: 1, arbitrary: bind },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'a.b.%.c',
          'a@$v.b',
          'a#$i',
          '$f(?, 1)',
          '$ ~> |a|{"b": 1}|',
          '$eval("a")',
          'a.b#$i[$i=0]',
        ),
      },
    ),
    step: fc.oneof(
      { weight: 8, arbitrary: field },
      { weight: 3, arbitrary: fc.tuple(field, suffix).map((it) => it.join('')) },
      { weight: 1, arbitrary: fc.constantFrom('*', '**', '$', '$x', '$$') },
      { weight: 1, arbitrary: any.map((it) => `(${it})`) },
      { weight: 1, arbitrary: list.map((items) => `[${items.join(', ')}]`) },
      { weight: 1, arbitrary: object },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...one, ...more, ...two), fc.option(any))
          .map(([f, it]) => `$${f}(${it ?? ''})`),
      },
    ),
    path: fc
      .tuple(
        fc.oneof(
          { weight: 5, arbitrary: tie('step') },
          { weight: 1, arbitrary: variable },
          { weight: 1, arbitrary: any.map((it) => `(${it})`) },
        ),
        fc.array(tie('step'), { maxLength: 3 }),
        fc.option(suffix, { freq: 2 }),
        fc.option(
          fc.oneof(
            object,
            fc.array(term, { minLength: 1, maxLength: 2 }).map((terms) => `^(${terms.join(', ')})`),
          ),
          { freq: 6 },
        ),
      )
      .map(([first, steps, last, end]) => `${[first, ...steps].join('.')}${last ?? ''}${end ?? ''}`),
    f: fc.oneof(
      { depthSize: 'small' },
      fc
        .tuple(fc.constantFrom('', '$v', '$v, $w', '$v, $w, $x'), any)
        .map(([names, body]) => `function(${names}){${body}}`),
      fc.tuple(fc.constantFrom('$v', '$v, $w'), statement).map(([names, body]) => `function(${names}){(${body})}`),
      fc.constantFrom(
        '$string',
        '$uppercase',
        '$sum',
        '$keys',
        '$not',
        '$count',
        '$f',
        '$append',
        '$boolean',
        '$exists',
      ),
    ),
  }
}).any

export const bindings = fc.record({ x: json.value, v: fc.option(json.value, { nil: undefined }) })
