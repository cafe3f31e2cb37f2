/** Generates expressions from every construct of JSONata. Some do not parse; callers skip those. */
import fc from 'fast-check'
import { arbitraryName, arbitraryNumber, arbitraryText } from './data.ts'
import { arbitraryTemplate } from './templates.ts'
import * as vocabulary from './vocabulary.ts'

type ArbitraryText = fc.Arbitrary<string>

const quote = (value: string | number): string => JSON.stringify(value)
const pick = (from: readonly string[]): ArbitraryText => fc.constantFrom(...from)
const upTo = (max: number, item: ArbitraryText, min = 0): fc.Arbitrary<string[]> =>
  fc.array(item, { minLength: min, maxLength: max })
const list = (max: number, item: ArbitraryText): ArbitraryText => upTo(max, item).map((items) => items.join(', '))

/** Fills a template, in which each `_` stands for the next part. */
const fill = (template: string, ...parts: ArbitraryText[]): ArbitraryText =>
  fc
    .tuple(...parts)
    .map((values) =>
      values.reduce((all, part) => all.replace('_', () => part.replaceAll('_', '\0')), template).replaceAll('\0', '_'),
    )

/** Chooses by weight. */
const weighted = (...choices: readonly (readonly [weight: number, arbitrary: ArbitraryText])[]): ArbitraryText =>
  fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  )

const field = arbitraryName.map((name) => (/^[a-z]+$/i.test(name) ? name : `\`${name}\``))
const literalText = fc.oneof(
  arbitraryText.map(quote),
  arbitraryNumber.map(quote),
  pick(['true', 'false', 'null', '-1', '-0', '0', '(0/0)', '1', '2', '"a"', '"b"']),
)

/** Calls of built-in functions, also to be chained by `~>`. */
const call = (any: ArbitraryText, f: ArbitraryText): ArbitraryText =>
  weighted(
    [4, fill('$_(_)', pick([...vocabulary.unaryFunctions, ...vocabulary.moreFunctions]), fc.option(any, { nil: '' }))],
    [4, fill('$_(_, _)', pick(vocabulary.binaryFunctions), any, any)],
    [1, fill('$_(_)', pick(vocabulary.binaryFunctions), any)],
    [3, fill('$_(_, _)', pick(vocabulary.higherOrderFunctions), any, f)],
    [1, fill('$reduce(_, _, _)', any, f, any)],
    [2, fill('$_(_, _)', pick(vocabulary.regexFunctions), any, fc.oneof(pick(vocabulary.regexes), f))],
    [1, fill('$replace(_, _, _)', any, pick(vocabulary.regexes), fc.oneof(any, arbitraryText.map(quote), f))],
    [1, pick(vocabulary.stableCalls)],
  )

/** Partial applications. */
const partial = (any: ArbitraryText, f: ArbitraryText): ArbitraryText => {
  const args = list(3, weighted([3, pick(['?'])], [2, any], [1, f]))
  return weighted(
    [
      3,
      fill(
        '$_(_)',
        pick([...vocabulary.binaryFunctions, ...vocabulary.higherOrderFunctions, ...vocabulary.unaryFunctions]),
        args,
      ),
    ],
    [3, fill('(_)(_)', f, args)],
    [1, fill('$f(_)', args)],
  )
}

const transform = (any: ArbitraryText, path: ArbitraryText, object: ArbitraryText): ArbitraryText =>
  weighted(
    [3, fill('|_|_|', path, object)],
    [1, fill('|_|_, _|', path, object, fc.oneof(pick(['"a"', '["a", "b"]']), any))],
    [1, fill('|_|_|', any, any)],
  )

interface Nonterminals {
  readonly any: ArbitraryText
  readonly path: ArbitraryText
  readonly f: ArbitraryText
  readonly object: ArbitraryText
  readonly bind: ArbitraryText
  readonly statement: ArbitraryText
}

const anyExpression = ({ any, path, f, object, bind, statement }: Nonterminals): ArbitraryText =>
  weighted(
    [6, field],
    [3, literalText],
    [3, pick(vocabulary.variables)],
    [8, path],
    [5, fill('(_ _ _)', any, pick(vocabulary.binaryOperators), any)],
    [2, fill('(_ ? _ : _)', any, any, any)],
    [1, fill('(_ ? _)', any, any)],
    [3, fill('[_]', list(3, any))],
    [1, fill('[_.._]', any, any)],
    [3, object],
    [1, fill('-_', any)],
    [12, call(any, f)],
    [14, arbitraryTemplate],
    [1, fill('$_[_](_)', pick(vocabulary.unaryFunctions), pick(['0', 'true', '$']), any)],
    [
      2,
      fill('(_ ~> $_(_))', any, pick([...vocabulary.unaryFunctions, ...vocabulary.higherOrderFunctions]), list(2, any)),
    ],
    [1, fill('(_ ~> _)', any, fc.oneof(f, pick(vocabulary.regexes), call(any, f)))],
    [1, fill('(_ ~> _)', any, transform(any, path, object))],
    [3, upTo(3, statement, 1).map((parts) => `(${parts.join('; ')})`)],
    [1, fill('(_)(_)', f, list(3, any))],
    [1, fill('($f := _; $f(_))', fc.oneof(f, transform(any, path, object)), list(3, any))],
    [1, fill('($f := _; $f(_))', partial(any, f), list(3, any))],
    [1, fill('{"f": _}.f(_)', f, any)],
    [1, any.map((each) => `[${each}, ${each}]`)],
    [1, any.map((each) => `($x := ${each}; [$x, $x, {"a": $x}])`)],
    [1, bind],
  )

export const arbitraryExpression: ArbitraryText = fc.letrec<Record<'any' | 'step' | 'path' | 'f', string>>((tie) => {
  const [any, step, path, f] = [tie('any'), tie('step'), tie('path'), tie('f')]
  const pair = fill('_: _', weighted([2, arbitraryText.map(quote)], [3, pick(['"k"', '"j"'])], [3, any]), any)
  const object = fill('{_}', list(3, pair))
  const bind = fill('_ := _', pick(['$x', '$y', '$f', '$sum']), fc.oneof(any, any, f))
  const statement = fc.oneof(bind, any)
  const suffix = weighted(
    [6, pick(['[0]', '[-1]', '[1]', '[]', '[true]', '[$]', '[[0,1]]', '[0.7]', '[]', '[0][0]', '[[0,0]]'])],
    [3, fill('[_]', any)],
    [2, pick(vocabulary.stepBindings)],
    [1, pick(['[$i = 0]', '[$v = $]', '[%.a = a]', '[$i > 0]', '[$v.a = a]', '[%]'])],
  )
  const order = fill('^(_)', list(2, fill('__', pick(['', '<', '>']), fc.oneof(any, pick(['$v', '$i', '%.a', '$'])))))
  return {
    any: anyExpression({ any, path, f, object, bind, statement }),
    step: weighted(
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
      [
        1,
        fill('$_(_)', pick([...vocabulary.unaryFunctions, ...vocabulary.binaryFunctions]), fc.option(any, { nil: '' })),
      ],
    ),
    path: fc
      .tuple(
        weighted(
          [5, step],
          [1, pick(vocabulary.variables)],
          [1, fill('(_)', any)],
          [1, fill('[_]_', list(2, any), suffix)],
        ),
        upTo(3, step),
        fc.option(suffix, { freq: 2, nil: '' }),
        fc.option(fc.oneof(object, order, fill('__', order, suffix)), { freq: 6, nil: '' }),
      )
      .map(([first, steps, last, end]) => `${[first, ...steps].join('.')}${last}${end}`),
    f: weighted(
      [3, fill('function(_){_}', pick(vocabulary.parameterLists), any)],
      [1, fill('function(_)_{_}', pick(vocabulary.parameterLists), pick(vocabulary.signatures), any)],
      [3, fill('function(_){(_)}', pick(vocabulary.parameterLists), statement)],
      [3, pick(vocabulary.functionValues)],
      [1, pick(vocabulary.regexes)],
      [1, partial(any, f)],
    ),
  }
}).any
