/** The known fields of resources and lookups, and the warning about an unknown one. */
import type { UnknownField } from '../../expression/check/fields.ts'
import type { KnownShape, Shape } from '../../expression/check/shape.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import type { DiagnosticText } from '../diagnostic.ts'

export interface KnownFields {
  /** The file that lists them. */
  readonly file?: string
  /** By the name of a resource or a lookup. */
  readonly shapes: ReadonlyMap<string, Shape>
}

/** Bound by the runtime, so no spec lists its fields. */
const NOTIFICATION: Shape = {
  name: '$notification',
  fields: new Map(['topic', 'created_at'].map((field) => [field, undefined])),
}

export function getVariableShape(name: string, { shapes }: KnownFields, part: KnownShape): KnownShape {
  if (name === 'part') return part
  return name === 'notification' ? NOTIFICATION : shapes.get(name)
}

/** For a warning, not an error: accounts and versions of an API differ in their fields. */
export function describeUnknownField({ name, shape }: UnknownField, { file }: KnownFields): DiagnosticText {
  const nearest = suggest(name, shape.fields.keys())
  const allow = `if the field exists, list it in ${file} under ${shape.name}`
  const both = nearest.endsWith('?') ? `${nearest} Otherwise, ${allow}` : `${nearest}; ${allow}`
  const help = shape === NOTIFICATION ? nearest : both
  return { code: 'spec/unknown-field', message: `unknown field "${name}" in ${shape.name}`, help }
}
