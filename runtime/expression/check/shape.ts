/** The declared shape of a value: its fields, their types, and which of them never change. */
import { type FieldType, isSameType, parseFieldType } from './field-type.ts'

/** A list has the shape of its elements, since a path maps over a list. */
export interface Shape {
  /** Its path in the declaration: `ticket.ticket_parts`. */
  readonly name: string
  /** The shape of each field. `*` stands for every name that is not listed. */
  readonly fields: ReadonlyMap<string, KnownShape>
  /** Fields whose value never changes. */
  readonly fixed: ReadonlySet<string>
  /** Fields that hold a list. */
  readonly lists: ReadonlySet<string>
  /** Of fields without fields of their own, and of the elements of such lists, as far as declared. */
  readonly types: ReadonlyMap<string, FieldType>
}

/** Undefined: it may be anything. */
export type KnownShape = Shape | undefined

/**
 * A declaration as in YAML: `null` may hold anything, a text is a type, a map has fields of its own, and a list is written
 * with one element, or with none.
 */
export type DeclaredField = DeclaredFields | string | null | readonly DeclaredField[]
export type DeclaredFields = { readonly [name: string]: DeclaredField }

const isList = (field: DeclaredField): field is readonly DeclaredField[] => Array.isArray(field)
const elementOf = (field: DeclaredField): DeclaredField => (isList(field) ? (field[0] ?? null) : field)

export function createShape(name: string, declared: DeclaredField): KnownShape {
  const element = elementOf(declared)
  if (element === null || typeof element === 'string' || isList(element)) return undefined
  const fields = Object.entries(element)
  const types = fields.flatMap(([field, declared]) => {
    const type = typeOf(elementOf(declared))
    return type === undefined ? [] : [[field, type] as const]
  })
  return {
    name,
    fields: new Map(fields.map(([field, inner]) => [field, createShape(`${name}.${field}`, inner)])),
    fixed: new Set(types.filter(([, { isFixed }]) => isFixed).map(([field]) => field)),
    lists: new Set(fields.filter(([, declared]) => isList(declared)).map(([field]) => field)),
    types: new Map(types),
  }
}

/** Undefined for a declaration that is wrong, too: `findUnknownType` reports it. */
function typeOf(declared: DeclaredField): FieldType | undefined {
  const type = typeof declared === 'string' ? parseFieldType(declared) : undefined
  return type === undefined || 'unknown' in type ? undefined : type
}

/** The first declaration that is no type: its path, and the word. */
export function findUnknownType(
  declared: DeclaredField,
  path: readonly (string | number)[] = [],
): { readonly path: readonly (string | number)[]; readonly word: string } | undefined {
  if (typeof declared === 'string') {
    const type = parseFieldType(declared)
    return 'unknown' in type ? { path, word: type.unknown } : undefined
  }
  if (declared === null) return undefined
  const inner = isList(declared)
    ? declared.map((element, index) => [index, element] as const)
    : Object.entries(declared)
  for (const [name, field] of inner) {
    const found = findUnknownType(field, [...path, name])
    if (found !== undefined) return found
  }
  return undefined
}

/** The union of two shapes: the fields of both, or anything if one of them may be anything. */
export function uniteShapes(a: KnownShape, b: KnownShape): KnownShape {
  if (a === undefined || b === undefined) return undefined
  if (a === b) return a
  const fields = new Map(a.fields)
  for (const [field, inner] of b.fields)
    fields.set(field, fields.has(field) ? uniteShapes(fields.get(field), inner) : inner)
  const isFixedIn = (shape: Shape, field: string) => shape.fixed.has(field) || !shape.fields.has(field)
  return {
    name: a.name === b.name ? a.name : `${a.name} or ${b.name}`,
    fields,
    fixed: new Set([...a.fixed, ...b.fixed].filter((field) => isFixedIn(a, field) && isFixedIn(b, field))),
    lists: new Set([...a.lists, ...b.lists]),
    types: uniteTypes(a, b),
  }
}

/** A field that only one of them has may be absent. */
function uniteTypes(a: Shape, b: Shape): ReadonlyMap<string, FieldType> {
  const united = new Map<string, FieldType>()
  for (const [shape, other] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const [field, type] of shape.types) {
      const others = other.types.get(field)
      if (!other.fields.has(field)) united.set(field, { ...type, isOptional: true })
      else if (others !== undefined && isSameType(type, others)) united.set(field, type)
    }
  }
  return united
}

export const uniteAllShapes = ([first, ...rest]: readonly KnownShape[]): KnownShape => rest.reduce(uniteShapes, first)
