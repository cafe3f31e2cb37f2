/** Functions and signatures of our own against those of JSONata: equal results wherever ours give one. */
import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import { BUILTIN_SIGNATURES } from '../../../../runtime/expression/compiler/runtime/functions/builtins.ts'
import { builtinThis, provideEngine } from '../../../../runtime/expression/compiler/runtime/functions/engine.ts'
import { jsonataEngine } from '../../../../runtime/expression/compiler/runtime/functions/jsonata-builtins.ts'
import { plainFunctions } from '../../../../runtime/expression/compiler/runtime/functions/plain-functions.ts'
import { createArgumentCheck } from '../../../../runtime/expression/compiler/runtime/functions/signature.ts'
import { textOf } from '../../../../runtime/expression/compiler/runtime/functions/text-of.ts'
import { toMillis } from '../../../../runtime/expression/compiler/runtime/functions/to-millis.ts'
import {
  DEFAULT_LIMITS,
  FallbackToInterpreter,
  resetLimits,
} from '../../../../runtime/expression/compiler/runtime/limits.ts'

provideEngine(jsonataEngine)

const text = fc.oneof(
  fc.constantFrom('', ' ', '12', '-0', '1e3', '0x1F', '0b12', '1e999', ' a  b\t', '😀é', '2026-01-10T07:56:29Z', 'a,b'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const number = fc.oneof(fc.constantFrom(0, -0, 0.1 + 0.2, 1e21, -2, 3), fc.integer({ min: -9, max: 9 }), fc.double())
const scalar = fc.oneof(text, number, fc.boolean(), fc.constantFrom(null, undefined))
const value = fc.oneof(
  scalar,
  fc.array(text, { maxLength: 4 }),
  fc.array(number, { maxLength: 4 }),
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(text, scalar, { maxKeys: 3 }),
)

const BY_TYPE: Readonly<Record<string, fc.Arbitrary<unknown>>> = { s: text, n: number, x: value }

/** Arguments that mostly have the types of the signature. */
function argumentsOf(signature: string): fc.Arbitrary<readonly unknown[]> {
  const types = [...signature.replace(/:.*/, '').matchAll(/a<(.)>|\([a-z]+\)|[snxa]/g)].map(([letter, items]) =>
    items === undefined ? (BY_TYPE[letter] ?? scalar) : fc.array(BY_TYPE[items] ?? value, { maxLength: 4 }),
  )
  const each = types.map((type) => fc.oneof({ weight: 8, arbitrary: type }, { weight: 1, arbitrary: value }))
  return fc
    .tuple(...each)
    .chain((all) => fc.nat(all.length).map((missing) => all.slice(0, missing === 1 ? -1 : undefined)))
}

const withoutTrailing = (args: readonly unknown[]) => args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1)

/** The value, or `failed` for any error. */
function attempt(run: () => unknown): unknown {
  resetLimits(DEFAULT_LIMITS, 0)
  try {
    return { value: run() }
  } catch (error) {
    return error instanceof FallbackToInterpreter ? 'fallback' : 'failed'
  }
}

/** A fallback promises nothing. */
function expectSame(ours: unknown, theirs: unknown): void {
  expect(ours === 'fallback' ? theirs : ours).toStrictEqual(theirs)
}

const original = (name: string) => jsonataEngine.findDefinition(name)?.implementation as (...args: unknown[]) => unknown

interface WithSignature {
  readonly signature: { validate(args: readonly unknown[], context: unknown): unknown[] }
}

/** JSONata's own check of the arguments. */
function validator(signature: string) {
  const engine = jsonata('$f')
  engine.registerFunction('f', () => undefined, signature)
  let found: WithSignature | undefined
  const hook = (_node: unknown, _input: unknown, environment: { lookup(name: string): WithSignature }) => {
    found = environment.lookup('f')
  }
  ;(engine as unknown as { assign(name: symbol, value: unknown): void }).assign(
    Symbol.for('jsonata.__evaluate_entry'),
    hook,
  )
  void engine.evaluate(null)
  return (args: readonly unknown[], context: unknown) => found?.signature.validate(args, context)
}

describe.each(Object.keys(plainFunctions))('$%s', (name) => {
  const check = createArgumentCheck(BUILTIN_SIGNATURES[name] ?? '')
  const own = plainFunctions[name as keyof typeof plainFunctions] as (...args: unknown[]) => unknown

  test('computes what JSONata computes', () => {
    let computed = 0
    fc.assert(
      fc.property(argumentsOf(BUILTIN_SIGNATURES[name] ?? ''), value, (args, context) => {
        const checked = attempt(() => check(args, context))
        if (typeof checked === 'string') return
        const { value: passed } = checked as { value: unknown[] }
        const [ours, theirs] = [own, original(name)].map((f) => attempt(() => f.apply(builtinThis, passed)))
        if (typeof ours === 'object') computed++
        expectSame(ours, theirs)
      }),
      { numRuns: 200, seed: 3 },
    )
    expect(computed).toBeGreaterThan(40)
  })
})

describe('arguments', () => {
  const signatures = [...new Set(Object.values(BUILTIN_SIGNATURES)), '<x?x?s-:s>', '<a<s>n?:s>', '<(oa):o>', '<n+:n>']

  test.each(signatures)('%s are assigned as JSONata assigns them', (signature) => {
    const [ours, theirs] = [createArgumentCheck(signature), validator(signature)]
    const argument = fc.oneof(
      value,
      fc.constant(() => 1),
    )
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 4 }), value, (args, context) => {
        const [own, expected] = [
          attempt(() => withoutTrailing(ours(args, context))),
          attempt(() => withoutTrailing(theirs(args, context) ?? [])),
        ]
        expect(own === 'fallback' ? 'failed' : own).toStrictEqual(expected)
      }),
      { numRuns: 150, seed: 5 },
    )
  })
})

test('$string and $toMillis', () => {
  fc.assert(
    fc.property(value, fc.boolean(), (each, pretty) => {
      if (typeof each === 'string' || each === undefined) return
      expectSame(
        attempt(() => textOf(each, pretty)),
        attempt(() => original('string')(each, pretty)),
      )
    }),
    { numRuns: 600, seed: 7 },
  )
  for (const time of ['2026', '2026-01-10Z', '2026-01-10T07:56:29.5+0200', '2026-13-01T00:00:00Z', 'x', '1999-12Z']) {
    const theirs = attempt(() => original('toMillis')(time)) as { value?: number }
    const isZoned = /[Z+]/.test(time)
    expectSame(
      attempt(() => toMillis.call(builtinThis, time, undefined)),
      !isZoned && theirs.value !== undefined
        ? { value: Date.parse(`${time}-01-01T00:00:00Z`) }
        : Number.isNaN(theirs.value)
          ? 'failed'
          : theirs,
    )
  }
})
