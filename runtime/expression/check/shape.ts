/** The declared shape of a value: the names of its fields. */

/** A list has the shape of its elements, since a path maps over a list. */
export interface Shape {
  /** Its path in the declaration: `ticket.ticket_parts`. */
  readonly name: string
  /** The shape of each field. `*` stands for every name that is not listed. */
  readonly fields: ReadonlyMap<string, KnownShape>
}

/** Undefined: it may be anything. */
export type KnownShape = Shape | undefined

/** A declaration as in YAML: a field without fields of its own may hold anything. */
export type DeclaredFields = { readonly [name: string]: DeclaredFields | null }

export function createShape(name: string, declared: DeclaredFields | null): KnownShape {
  if (declared === null) return undefined
  const fields = Object.entries(declared).map(
    ([field, inner]) => [field, createShape(`${name}.${field}`, inner)] as const,
  )
  return { name, fields: new Map(fields) }
}

/** The union of two shapes: the fields of both, or anything if one of them may be anything. */
export function uniteShapes(a: KnownShape, b: KnownShape): KnownShape {
  if (a === undefined || b === undefined) return undefined
  if (a === b) return a
  const fields = new Map(a.fields)
  for (const [field, inner] of b.fields)
    fields.set(field, fields.has(field) ? uniteShapes(fields.get(field), inner) : inner)
  return { name: a.name === b.name ? a.name : `${a.name} or ${b.name}`, fields }
}

export const uniteAllShapes = ([first, ...rest]: readonly KnownShape[]): KnownShape => rest.reduce(uniteShapes, first)
