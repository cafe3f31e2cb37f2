/** Spread objects: names, values and their order, beside properties written one by one, in both engines. */
import { describe, expect, test } from 'vitest'
import { functions } from '../../../connector/functions/index.ts'
import type { Expression } from '../../../runtime/expression/expression.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { addSpreads, createPropertyEvaluator } from '../../../runtime/mapping/property-values.ts'
import type { FieldChange, Json, JsonObject } from '../../../runtime/ports/types.ts'
import type { Property } from '../../../runtime/spec/spec.ts'

const property = (name: string, text: string): Property => ({
  name,
  expr: compileExpression(text, { place: 'test:1:1' }, functions),
  whenMissing: { action: 'omit' },
})
const spread = (name: string, text: string): Property => ({ ...property(name, text), type: 'object', isSpread: true })

/** The same expression, as if it were not compiled: it answers later. */
function late(one: Property): Property {
  const { text, place, variables } = one.expr
  const evaluate: Expression['evaluate'] = async (input, bindings) => one.expr.evaluate(input, bindings)
  return { ...one, expr: { text, place, variables, evaluate } }
}

/** What compiled and interpreted expressions give alike. */
async function evaluate(own: readonly Property[], spreads: readonly Property[], input: Json) {
  const results = [own, own.map(late)].flatMap((single) =>
    [spreads, spreads.map(late)].map(async (some) => {
      const options = { ownNames: single.map(({ name }) => name), reservedPrefix: '$', path: 'properties' }
      const omissions: FieldChange[] = []
      const properties = await addSpreads(createPropertyEvaluator(single), some, options)(input, {}, omissions)
      return { properties: Object.entries(properties), omissions }
    }),
  )
  const [first, ...others] = await Promise.all(results)
  for (const other of others) expect(other).toEqual(first)
  return first
}

const NESTED = 'nested too deeply for a property'
const TAKEN = 'another property has this name'

const cases: Readonly<
  Record<string, { given: JsonObject; sent: JsonObject; omitted?: Readonly<Record<string, string>> }>
> = {
  'texts, numbers, booleans and lists': {
    given: { plan: 'pro', seats: 5, active: false, langs: ['en', 'de'], none: null, empty: '', list: [] },
    sent: { 'A active': false, 'A langs': ['en', 'de'], 'A list': [], 'A plan': 'pro', 'A seats': 5 },
  },
  'in the order of names, not of the record': { given: { b: 1, c: 2, a: 3 }, sent: { 'A a': 3, 'A b': 1, 'A c': 2 } },
  'an object, one level deep': {
    given: { address: { city: 'Cork', geo: { lat: 1 }, tags: [{ id: 1 }] } },
    sent: { 'A address city': 'Cork' },
    omitted: { 'A address geo': NESTED, 'A address tags': NESTED },
  },
  'a list of objects': { given: { orders: [{ id: 1 }] }, sent: {}, omitted: { 'A orders': NESTED } },
  'names are cleaned': { given: { ' pl\nan ': 1, 'b\u0000': 2 }, sent: { 'A pl an': 1, 'A b': 2 } },
  'names that differ by case or by spaces': {
    given: { Plan: 1, plan: 2, 'plan ': 3 },
    sent: { 'A Plan': 1 },
    omitted: { 'A plan': TAKEN },
  },
  'a name of 256 characters': {
    given: { ['x'.repeat(254)]: 1, ['y'.repeat(253)]: 2 },
    sent: { [`A ${'y'.repeat(253)}`]: 2 },
    omitted: { [`A ${'x'.repeat(58)}`]: 'its name has 256 characters, over 255' },
  },
  'a name with a *': { given: { 'a*b': 1, 'c*': { d: 2 } }, sent: { 'A a*b': 1, 'A c* d': 2 } },
}

test.each(Object.entries(cases))('%s', async (_, { given, sent, omitted = {} }) => {
  const found = await evaluate([], [spread('A *', 'custom')], { custom: given })
  expect(Object.fromEntries(found?.properties ?? [])).toEqual(sent)
  const listed = found?.omissions.map(({ field, reason }) => [field.replace('properties.', ''), reason]) ?? []
  expect(Object.fromEntries(listed)).toEqual(omitted)
})

describe('beside properties written one by one', () => {
  test('these win, also where they are omitted, and come first', async () => {
    const own = [property('Plan', 'other'), property('Seats', 'absent')]
    const given = { other: 'own', custom: { plan: 'pro', SEATS: 5, city: 'Cork' } }
    const found = await evaluate(own, [spread('*', 'custom')], given)
    expect(found).toEqual({
      properties: [
        ['Plan', 'own'],
        ['city', 'Cork'],
      ],
      omissions: [],
    })
  })

  test('of two spreads the first wins', async () => {
    const spreads = [spread('*', 'one'), spread(' *', 'two')]
    const found = await evaluate([], spreads, { one: { a: 1 }, two: { a: 2, b: 3 } })
    expect(found?.properties).toEqual([
      ['a', 1],
      ['b', 3],
    ])
    expect(found?.omissions).toEqual([{ field: 'properties.a', action: 'omitted', reason: TAKEN }])
  })

  test('a reserved prefix, an empty name, and names of the prototype', async () => {
    const custom = JSON.parse('{ "$consent": 1, "$$source": 2, "$": 3, "__proto__": 4, "constructor": 5 }')
    const found = await evaluate([], [spread('*', 'custom')], { custom })
    expect(found?.properties).toEqual([
      ['source', 2],
      ['consent', 1],
      ['__proto__', 4],
      ['constructor', 5],
    ])
    expect(found?.omissions).toMatchObject([{ reason: 'its name is empty' }])
  })
})

test('an absent object has no members, and another value is a fault', async () => {
  expect(await evaluate([], [spread('*', 'absent')], {})).toEqual({ properties: [], omissions: [] })
  await expect(evaluate([], [spread('A *', 'custom')], { custom: 'text' })).rejects.toMatchObject({
    code: 'mapping/wrong-type',
    message: expect.stringContaining('"A *" is not a object'),
  })
})
