/** Generates inputs for property tests: short, nested, and full of edge cases. */
import fc from 'fast-check'

/** Member names: mostly plain ones, and some with a meaning to an engine. */
export const arbitraryName = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'id') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['__proto__', '_jsonata_function', '_jsonata_lambda', 'sequence', 'length', 'constructor', 'tupleStream'],
      ...['outerWrapper', 'keepSingleton', 'cons', 'toString', 'then', 'hasOwnProperty', '0', '1', 'toJSON', '@', 'é'],
    ),
  },
)

// From 2 ** 53 on, plain JSONata never reaches the end of a range and hangs the process.
export const arbitraryNumber = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, 3, 0.5, -0.1, 1e-7, 12.75),
  fc.integer({ min: -999, max: 99_999 }),
)

export const arbitraryText = fc.constantFrom(
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

/** JSON as text, since only `JSON.parse` creates an own member named `__proto__`. */
const json = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '[]', '{}', '[null]', '[[]]', '[0]', '[1]', '[{}]'),
    arbitraryNumber.map((value) => JSON.stringify(value)),
    arbitraryText.map((value) => JSON.stringify(value)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc.array(tie('value'), { minLength: 1, maxLength: 1 }).map((items) => `[${items.join()}]`),
    record(tie('value')),
    record(tie('value')),
    fc.array(record(tie('value')), { maxLength: 3 }).map((items) => `[${items.join()}]`),
  ),
}))

function record(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc.tuple(arbitraryName, value).map(([key, member]) => `${JSON.stringify(key)}:${member}`)
  return fc.array(member, { maxLength: 5 }).map((members) => `{${members.join()}}`)
}

export const arbitraryInput = fc.oneof(
  { weight: 6, arbitrary: json.value.filter((text) => text.startsWith('{')) },
  { weight: 2, arbitrary: json.value },
)

export const arbitraryBindings = fc.record({ x: json.value, v: fc.option(json.value, { nil: undefined }) })
