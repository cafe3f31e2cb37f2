/** Inputs at random, as a property test wants them: short, nested, and full of what is easily got wrong. */
import fc from 'fast-check'

/** Names in data: plain ones, often, and those that mean something to an engine. */
export const name = fc.oneof(
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
export const number = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 3, 0.5, -0.1, 1e-7, 12.75),
  fc.integer({ min: -999, max: 99_999 }),
)

export const text = fc.constantFrom(
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

export const bindings = fc.record({ x: json.value, v: fc.option(json.value, { nil: undefined }) })
