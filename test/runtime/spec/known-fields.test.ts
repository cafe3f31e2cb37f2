/** Fields: no false warnings, no change overlooked, and every recorded field of Intercom is listed. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { followFields } from '../../../runtime/expression/check/fields.ts'
import {
  createShape,
  type DeclaredFields,
  type KnownShape,
  type Shape,
  uniteShapes,
} from '../../../runtime/expression/check/shape.ts'
import { createRecord, listChanges } from '../../../runtime/expression/check/value.ts'
import { compileExpression } from '../../../runtime/expression/link.ts'
import { isProblem, parseExpression } from '../../../runtime/expression/parse.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'

const here = (path: string) => new URL(path, import.meta.url)

/** The shape of one value, if it has fields. A plain `a` never changes. */
function shapeIn(value: Json): KnownShape {
  if (Array.isArray(value)) return value.length === 0 ? nothing : value.map(shapeIn).reduce(uniteShapes)
  if (typeof value !== 'object' || value === null) return undefined
  const fields = Object.entries(value).map(([name, inner]) => [name, shapeIn(inner ?? null)] as const)
  const lists = Object.entries(value).flatMap(([name, inner]) => (Array.isArray(inner) ? [name] : []))
  const fixed = Object.entries(value).flatMap(([name, inner]) =>
    name === 'a' && typeof inner !== 'object' ? [name] : [],
  )
  return { name: 'record', fields: new Map(fields), lists: new Set(lists), fixed: new Set(fixed), types: new Map() }
}
const nothing: Shape = { name: 'nothing', fields: new Map(), fixed: new Set(), lists: new Set(), types: new Map() }

function follow(text: string, input: KnownShape) {
  const parsed = parseExpression(text)
  if (isProblem(parsed)) throw new Error(`${text}: ${parsed.message}`)
  return followFields(parsed, createRecord(input), new Map())
}

/** The record later: other plain values but `a`, and other items in each list. */
function changed(value: Json, plain: Json, name = ''): Json {
  if (Array.isArray(value)) return [{ a: plain }, ...value.map((item) => changed(item, plain)).reverse()]
  if (typeof value !== 'object' || value === null) return name === 'a' ? value : plain
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, changed(inner ?? null, plain, key)]))
}

const name = fc.constantFrom('a', 'b', 'c')

/** Nested records, so full that most names exist. */
const { record } = fc.letrec<{ value: Json; record: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'value' },
    fc.constantFrom<Json>(1, 'x', true),
    tie('record'),
    tie('record'),
    fc.array(tie('record'), { minLength: 1, maxLength: 2, depthIdentifier: 'value' }),
  ),
  record: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 3, depthIdentifier: 'value' }),
}))

/** Expressions that read fields in every way. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const one = tie('expression')
  const way = (write: (a: string, b: string, field: string) => string) =>
    fc.tuple(one, one, name).map((of) => write(...of))
  return {
    expression: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      name,
      fc.tuple(name, name).map((names) => names.join('.')),
      way((a, _, field) => `(${a}).${field}`),
      way((a, b) => `(${a}).(${b})`),
      way((a, b) => `(${a})[${b}]`),
      way((a, b) => `[${a}, ${b}]`),
      way((a, _, field) => `(${a})[0].${field}`),
      way((a, b, field) => `(${field} ? ${a} : ${b})`),
      way((a, b, field) => `($v := ${a}; ${b} = 1 ? $v := ${b}; $v.${field})`),
      way((a, b, field) => `$map(${a}, function($v) { [$v.${field}, ${b}] })`),
      way((a, _, field) => `(${a} ~> $filter(function($v) { $exists($v.${field}) }))`),
      way((a, _, field) => `(${a})^(${field}).${field}`),
      way((a, b, field) => `(${a})@$v.${field}.[$v.${field}, ${b}]`),
      way((a, _, field) => `(${a})#$i[$i = 0].${field}`),
      way((a, b, field) => `$append(${a}, ${b}).${field}`),
      way((a, b, field) => `((${a}){ "${field}": ${b} }).${field}`),
      way((a, _, field) => `$lookup(${a}, "${field}").${field}`),
      way((a, b, field) => `(${a}).{ "${field}": ${b} }.${field}`),
      way((a, _, field) => `(${a}).$.${field}`),
      way((a, _, field) => `(${a}).$$.${field}`),
      way((a, _, field) => `(${a}).*.${field}`),
      way((a, b, field) => `(${a} ~> |${field}|{ "a": ${b} }|).${field}`),
      way((a, b) => `$merge([${a}, ${b}])`),
      way((a, b) => `(${a} ?? ${b})`),
      way((a, b, field) => `($f := function($x) { [$x.${field}, ${b}] }; $f(${a}))`),
      way((a, b, field) => `($f := function($g) { $g(${a}).${field} }; $f(function($x) { [$x, ${b}] }))`),
      way((a, _, field) => `(${a}).${field}.$string()`),
      way((a, _, field) => `${field}.($contains("y") ? ${a})`),
      way((a, b) => `$exists(${a}) and ${b}`),
      way((a, b, field) => `{ "a": ${a}, "b": ${b} }.${field}`),
      way((a, _, field) => `${a} & "${field}"`),
    ),
  }
})

async function outcome(text: string, input: Json): Promise<unknown> {
  const expression = compileExpression(text, { place: 'p' }, [])
  try {
    return await expression.evaluate(input)
  } catch (error) {
    return new Failed((error as { code?: string }).code)
  }
}

/** By a failure nothing gets another value: it sends nothing. */
class Failed {
  readonly code: string | undefined
  constructor(code: string | undefined) {
    this.code = code
  }
}

describe('warnings have no false positives', () => {
  test('renaming a field reported as unknown changes no result', async () => {
    let warnings = 0
    const property = fc.asyncProperty(record, expression, async (input, text) => {
      for (const { span } of follow(text, shapeIn(input)).unknownFields) {
        warnings++
        const renamed = `${text.slice(0, span[0])}zzz${text.slice(span[1])}`
        expect(await outcome(renamed, input), renamed).toEqual(await outcome(text, input))
      }
    })
    await fc.assert(property, { numRuns: 1000 })
    // Guards against a check that never warns.
    expect(warnings).toBeGreaterThan(200)
  })
})

describe('what can change a value is never missed', () => {
  test('a value without changes is the same in the changed record', async () => {
    let unchanging = 0
    const plain = fc.constantFrom<Json>(0, '', false, 'y', 7)
    const property = fc.asyncProperty(record, expression, plain, async (input, text, other) => {
      if (listChanges(follow(text, shapeIn(input)).result).length > 0) return
      const [before, after] = [await outcome(text, input), await outcome(text, changed(input, other))]
      if (before instanceof Failed || after instanceof Failed) return
      unchanging++
      expect(after, text).toEqual(before)
    })
    await fc.assert(property, { numRuns: 1000 })
    // Guards against a check that finds changes everywhere.
    expect(unchanging).toBeGreaterThan(100)
  })
})

describe('every recorded field of Intercom is listed', () => {
  const listed = parseYaml(readFileSync(here('../../../fields.yaml'), 'utf8')) as Record<string, DeclaredFields>
  const json = (path: string) => JSON.parse(readFileSync(here(path), 'utf8')) as Json

  /** Paths of fields that are not listed, or not as what they are. */
  function missing(value: Json, shape: KnownShape, path: string): readonly string[] {
    if (Array.isArray(value)) return [...new Set(value.flatMap((item) => missing(item, shape, path)))]
    if (typeof value !== 'object' || value === null || shape === undefined) return []
    return Object.entries(value).flatMap(([field, inner]) => {
      if (shape.fields.has('*')) return []
      const at = `${path}.${field}`
      if (!shape.fields.has(field)) return [at]
      const isListed = inner === null || Array.isArray(inner) === shape.lists.has(field)
      return [...(isListed ? [] : [`${at} as a list`]), ...missing(inner ?? null, shape.fields.get(field), at)]
    })
  }

  const files = readdirSync(here('../../../conformance/fixtures/')).filter((file) => !file.startsWith('lookups'))
  test.for(files)('%s', (file) => {
    const resource = file.replace('.json', '')
    expect(
      missing(json(`../../../conformance/fixtures/${file}`), createShape(resource, listed[resource] ?? {}), resource),
    ).toEqual([])
  })

  test.for(Object.entries(json('../../../conformance/fixtures/lookups.json') as Record<string, Json>))(
    '%s',
    ([lookup, values]) => {
      expect(missing(values, createShape(lookup, listed[lookup] ?? {}), lookup)).toEqual([])
    },
  )
})
