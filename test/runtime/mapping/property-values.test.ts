/** Property values: generated code and the loop build the same object, synchronously or after promises. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import type { Expression } from '../../../runtime/expression/expression.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { createPropertyEvaluator, SkipSignal, toMemberName } from '../../../runtime/mapping/property-values.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import type { Missing, Property } from '../../../runtime/spec/spec.ts'

const omit: Missing = { action: 'omit' }
const expression = (text: string) => compileExpression(text, { place: 'test:1:1' }, functions)
const property = (name: string, text: string, more: Partial<Property> = {}): Property => ({
  ...{ name, expr: expression(text), whenMissing: omit },
  ...more,
})

/** The same expression, as if it were not compiled: it answers later. */
function late(expr: Expression): Expression {
  const { text, place, variables } = expr
  return { text, place, variables, evaluate: async (input, bindings) => expr.evaluate(input, bindings) }
}

/** What comes of it, however it comes. */
async function outcome(run: () => Json | Promise<Json>): Promise<unknown> {
  try {
    return { gives: await run() }
  } catch (error) {
    if (error instanceof SkipSignal) return { skips: error.reason }
    if (error instanceof Fault) return { fails: error.code, place: error.details.place }
    throw error
  }
}

const value = fc.oneof(
  fc.constantFrom<Json>(null, '', 0, false, 'text', '7', 'true'),
  fc.integer(),
  fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('city', 'x'), fc.constantFrom('a', 1), { maxKeys: 2 }),
)
const missing = fc.oneof(
  fc.constant(omit),
  fc.constantFrom<Missing>({ action: 'default', value: [] }, { action: 'skip', reason: 'why' }),
)
const type = fc.constantFrom<Property['type'][]>(undefined, undefined, 'string', 'number', 'boolean', 'list', 'object')
const name = fc.constantFrom(
  'Title',
  'toString.x',
  'city',
  'a.b',
  'place',
  'place.city',
  'place.x',
  '__proto__',
  'toString',
  'a"b\n',
)
const text = fc.constantFrom('a', 'b', 'c', 'a.city', '$number(a)', '$error("no")', '$spread({"a": a})')
const properties = fc.uniqueArray(fc.record({ name, text, missing, type }), { selector: (it) => it.name, maxLength: 6 })

describe('evaluated synchronously, or each after a promise', () => {
  test('gives the same members in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(
        properties,
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), value),
        fc.boolean(),
        fc.integer({ min: 0, max: 63 }),
        async (given, input, isNested, which) => {
          const all = given.map(({ name, text, missing, type }) =>
            property(name, text, { whenMissing: missing, ...(type && { type }) }),
          )
          const some = all.map((one, i) => ((which >> i) & 1 ? { ...one, expr: late(one.expr) } : one))
          const run = (these: readonly Property[]) =>
            outcome(() =>
              (isNested ? createPropertyEvaluator(these, toMemberName) : createPropertyEvaluator(these))(input, {}),
            )
          const [now, mixed] = [await run(all), await run(some)]
          expect(mixed).toStrictEqual(now)
          expect(JSON.stringify(mixed)).toBe(JSON.stringify(now))
        },
      ),
      { numRuns: 400 },
    )
  })

  test('is a promise only if an expression is interpreted', () => {
    const one = property('A', 'a')
    expect(createPropertyEvaluator([one])({ a: 1 }, {})).toEqual({ A: 1 })
    expect(createPropertyEvaluator([one, { ...one, name: 'B', expr: late(one.expr) }])({ a: 1 }, {})).toBeInstanceOf(
      Promise,
    )
  })

  test('does not write to its input', () => {
    const input = Object.freeze({ place: Object.freeze({ country: 'IE' }), city: 'Dublin' })
    const all = [property('place', 'place'), property('place.city', 'city')]
    expect(createPropertyEvaluator(all, toMemberName)(input, {})).toEqual({ place: { country: 'IE', city: 'Dublin' } })
  })

  test('takes any name literally, whatever it means in JavaScript', () => {
    const made = createPropertyEvaluator([property('__proto__', 'a'), property('constructor', 'a')])(
      { a: { x: 1 } },
      {},
    )
    expect(Object.entries(made)).toEqual([
      ['__proto__', { x: 1 }],
      ['constructor', { x: 1 }],
    ])
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
  })
})
