/** Expressions at random, made of all that the language has. Some are no expressions at all: the parser leaves them out. */
import fc from 'fast-check'
import { name, number, text } from './data.ts'
import { fitting } from './fitting.ts'
import * as words from './words.ts'

type Text = fc.Arbitrary<string>

const quoted = (it: string | number): string => JSON.stringify(it)
const pick = (from: readonly string[]): Text => fc.constantFrom(...from)
const upTo = (max: number, it: Text, min = 0): fc.Arbitrary<string[]> =>
  fc.array(it, { minLength: min, maxLength: max })
const list = (max: number, it: Text): Text => upTo(max, it).map((items) => items.join(', '))

/** Parts put into a template, where `_` stands for the next of them. */
const fill = (template: string, ...parts: Text[]): Text =>
  fc
    .tuple(...parts)
    .map((given) =>
      given.reduce((all, part) => all.replace('_', () => part.replaceAll('_', '\0')), template).replaceAll('\0', '_'),
    )

/** As many of each as it says. */
const weighed = (...choices: readonly (readonly [weight: number, it: Text])[]): Text =>
  fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  )

const field = name.map((it) => (/^[a-z]+$/i.test(it) ? it : `\`${it}\``))
const literalText = fc.oneof(
  text.map(quoted),
  number.map(quoted),
  pick(['true', 'false', 'null', '-1', '0', '1', '2', '"a"', '"b"']),
)

/** Calls of functions that come along, as `~>` wants them, too. */
const call = (any: Text, f: Text): Text =>
  weighed(
    [4, fill('$_(_)', pick([...words.one, ...words.other]), fc.option(any, { nil: '' }))],
    [4, fill('$_(_, _)', pick(words.two), any, any)],
    [1, fill('$_(_)', pick(words.two), any)],
    [3, fill('$_(_, _)', pick(words.higher), any, f)],
    [1, fill('$reduce(_, _, _)', any, f, any)],
    [2, fill('$_(_, _)', pick(words.matching), any, fc.oneof(pick(words.patterns), f))],
    [1, fill('$replace(_, _, _)', any, pick(words.patterns), fc.oneof(any, text.map(quoted), f))],
    [1, pick(words.calls)],
  )

/** Functions made of others. */
const partial = (any: Text, f: Text): Text => {
  const args = list(3, weighed([3, pick(['?'])], [2, any], [1, f]))
  return weighed(
    [3, fill('$_(_)', pick([...words.two, ...words.higher, ...words.one]), args)],
    [3, fill('(_)(_)', f, args)],
    [1, fill('$f(_)', args)],
  )
}

const transform = (any: Text, path: Text, object: Text): Text =>
  weighed(
    [3, fill('|_|_|', path, object)],
    [1, fill('|_|_, _|', path, object, fc.oneof(pick(['"a"', '["a", "b"]']), any))],
    [1, fill('|_|_|', any, any)],
  )

export const expression: Text = fc.letrec<Record<'any' | 'step' | 'path' | 'f', string>>((tie) => {
  const [any, step, path, f] = [tie('any'), tie('step'), tie('path'), tie('f')]
  const pair = fill('_: _', weighed([2, text.map(quoted)], [3, pick(['"k"', '"j"'])], [3, any]), any)
  const object = fill('{_}', list(3, pair))
  const bind = fill('_ := _', pick(['$x', '$y', '$f', '$sum']), fc.oneof(any, any, f))
  const statement = fc.oneof(bind, any)
  const suffix = weighed(
    [6, pick(['[0]', '[-1]', '[1]', '[]', '[true]', '[$]', '[[0,1]]', '[0.7]', '[]', '[0][0]', '[[0,0]]'])],
    [3, fill('[_]', any)],
    [2, pick(words.bindings)],
    [1, pick(['[$i = 0]', '[$v = $]', '[%.a = a]', '[$i > 0]', '[$v.a = a]', '[%]'])],
  )
  const order = fill('^(_)', list(2, fill('__', pick(['', '<', '>']), fc.oneof(any, pick(['$v', '$i', '%.a', '$'])))))
  return {
    any: weighed(
      [6, field],
      [3, literalText],
      [3, pick(words.variables)],
      [8, path],
      [5, fill('(_ _ _)', any, pick(words.binary), any)],
      [2, fill('(_ ? _ : _)', any, any, any)],
      [1, fill('(_ ? _)', any, any)],
      [3, fill('[_]', list(3, any))],
      [1, fill('[_.._]', any, any)],
      [3, object],
      [1, fill('-_', any)],
      [12, call(any, f)],
      [14, fitting],
      [1, fill('$_[_](_)', pick(words.one), pick(['0', 'true', '$']), any)],
      [2, fill('(_ ~> $_(_))', any, pick([...words.one, ...words.higher]), list(2, any))],
      [1, fill('(_ ~> _)', any, fc.oneof(f, pick(words.patterns), call(any, f)))],
      [1, fill('(_ ~> _)', any, transform(any, path, object))],
      [3, upTo(3, statement, 1).map((parts) => `(${parts.join('; ')})`)],
      [1, fill('(_)(_)', f, list(3, any))],
      [1, fill('($f := _; $f(_))', fc.oneof(f, transform(any, path, object)), list(3, any))],
      [1, fill('($f := _; $f(_))', partial(any, f), list(3, any))],
      [1, fill('{"f": _}.f(_)', f, any)],
      [1, any.map((it) => `[${it}, ${it}]`)],
      [1, any.map((it) => `($x := ${it}; [$x, $x, {"a": $x}])`)],
      [1, bind],
    ),
    step: weighed(
      [8, field],
      [4, fill('__', field, suffix)],
      [1, fill('__', field, order)],
      [1, fill('__[_]', field, order, any)],
      [1, pick(['*', '**', '$', '$x', '$$'])],
      [1, pick(['%', '%', '%.%', '$v', '$i'])],
      [1, fill('(_)', any)],
      [1, fill('(_)_', any, suffix)],
      [1, fill('[_]', list(3, any))],
      [1, object],
      [1, fill('$_(_)', pick([...words.one, ...words.two]), fc.option(any, { nil: '' }))],
    ),
    path: fc
      .tuple(
        weighed([5, step], [1, pick(words.variables)], [1, fill('(_)', any)], [1, fill('[_]_', list(2, any), suffix)]),
        upTo(3, step),
        fc.option(suffix, { freq: 2, nil: '' }),
        fc.option(fc.oneof(object, order, fill('__', order, suffix)), { freq: 6, nil: '' }),
      )
      .map(([first, steps, last, end]) => `${[first, ...steps].join('.')}${last}${end}`),
    f: weighed(
      [3, fill('function(_){_}', pick(words.parameters), any)],
      [1, fill('function(_)_{_}', pick(words.parameters), pick(words.signatures), any)],
      [3, fill('function(_){(_)}', pick(words.parameters), statement)],
      [3, pick(words.functions)],
      [1, pick(words.patterns)],
      [1, partial(any, f)],
    ),
  }
}).any
