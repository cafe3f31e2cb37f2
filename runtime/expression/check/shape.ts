/** What is known of a value before there is one: the names of its fields. */

/** A list has the shape of its elements, since a path walks into a list by itself. */
export interface Shape {
  /** Where it is declared: `ticket.ticket_parts`. */
  readonly name: string
  /** What each field holds. `*` stands for every name that is not listed. */
  readonly fields: ReadonlyMap<string, KnownShape>
}

/** Undefined: it may be anything. */
export type KnownShape = Shape | undefined

/** As it is written: a field without fields of its own may hold anything. */
export type Declared = { readonly [name: string]: Declared | null }

export function shapeOf(name: string, declared: Declared | null): KnownShape {
  if (declared === null) return undefined
  const fields = Object.entries(declared).map(([field, inner]) => [field, shapeOf(`${name}.${field}`, inner)] as const)
  return { name, fields: new Map(fields) }
}

/** Either of them: it has the fields of both, and anything if one of them may be anything. */
export function either(a: KnownShape, b: KnownShape): KnownShape {
  if (a === undefined || b === undefined) return undefined
  if (a === b) return a
  const fields = new Map(a.fields)
  for (const [field, inner] of b.fields) fields.set(field, fields.has(field) ? either(fields.get(field), inner) : inner)
  return { name: a.name === b.name ? a.name : `${a.name} or ${b.name}`, fields }
}

/** Any one of them. */
export const anyOf = ([first, ...rest]: readonly KnownShape[]): KnownShape => rest.reduce(either, first)
