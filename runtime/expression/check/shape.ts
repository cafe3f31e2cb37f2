/** The declared shape of a value: its fields, and which of them never change. */

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
}

/** Undefined: it may be anything. */
export type KnownShape = Shape | undefined

/**
 * A declaration as in YAML: `null` may hold anything, `fixed` never changes, a map has fields of its own, and a list is
 * written with one element, or with none.
 */
export type DeclaredField = DeclaredFields | string | null | readonly DeclaredField[]
export type DeclaredFields = { readonly [name: string]: DeclaredField }

const isList = (field: DeclaredField): field is readonly DeclaredField[] => Array.isArray(field)
const elementOf = (field: DeclaredField): DeclaredField => (isList(field) ? (field[0] ?? null) : field)

export function createShape(name: string, declared: DeclaredField): KnownShape {
  const element = elementOf(declared)
  if (element === null || typeof element === 'string' || isList(element)) return undefined
  const fields = Object.entries(element)
  const namesWhere = (test: (field: DeclaredField) => boolean) =>
    new Set(fields.filter(([, field]) => test(field)).map(([field]) => field))
  return {
    name,
    fields: new Map(fields.map(([field, inner]) => [field, createShape(`${name}.${field}`, inner)])),
    fixed: namesWhere((field) => elementOf(field) === 'fixed'),
    lists: namesWhere(isList),
  }
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
  }
}

export const uniteAllShapes = ([first, ...rest]: readonly KnownShape[]): KnownShape => rest.reduce(uniteShapes, first)
