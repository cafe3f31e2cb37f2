/** The fields that resources and lookups are known to have, and the words for one that is not among them. */
import type { UnknownField } from '../../expression/check/fields.ts'
import { anyOf, type KnownShape, type Shape, shapeOf } from '../../expression/check/shape.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import type { Context, DiagnosticText } from '../compile/context.ts'
import type { Connector } from '../generated/documents.ts'
import type { Document, SpecDocuments } from '../read.ts'

export interface KnownFields {
  /** The file that lists them. */
  readonly file?: string
  /** By the name of a resource or a lookup: what it holds. */
  readonly shapes: ReadonlyMap<string, Shape>
}

/** Those a spec lists; none where it names no file of them. */
export function compileFields(
  file: Document<'fields'> | undefined,
  { resources, lookups }: Connector,
  context: Context,
): KnownFields {
  const shapes = new Map<string, Shape>()
  if (file === undefined) return { shapes }
  const names = new Set(Object.keys({ ...resources, ...lookups }))
  for (const [name, declared] of Object.entries(file.document).filter(([name]) => !name.startsWith('x-'))) {
    const shape = shapeOf(name, declared)
    if (shape !== undefined) shapes.set(name, shape)
    if (names.has(name)) continue
    const message = `no resource or lookup is called "${name}"`
    const help = suggest(name, names)
    context.warn(file.yaml, file.yaml.keySpan([name]), { code: 'spec/unused-fields', message, help })
  }
  return { file: file.yaml.file.path, shapes }
}

/** What the runtime itself binds, whatever a spec lists. */
const notification: Shape = { name: '$notification', fields: new Map([['created_at', undefined]]) }

export function shapeOfVariable(name: string, { shapes }: KnownFields, part: KnownShape): KnownShape {
  if (name === 'part') return part
  return name === 'notification' ? notification : shapes.get(name)
}

/** What a property set is read from: any of the resources of those that use it. */
export function resourcesOfSet(set: string, { mappings, profile }: SpecDocuments, { shapes }: KnownFields): KnownShape {
  const files = [...mappings, ...(profile === undefined ? [] : [profile])].map(({ document }) => document)
  return anyOf(files.filter(({ include = [] }) => include.includes(set)).map(({ resource }) => shapes.get(resource)))
}

/** A warning, no error: accounts and versions of an API differ in what they have. */
export function unknownField({ name, shape }: UnknownField, { file }: KnownFields): DiagnosticText {
  const near = suggest(name, shape.fields.keys())
  const allow = `if there is such a field, list it in ${file} under ${shape.name}`
  const help = shape === notification ? near : near.endsWith('?') ? `${near} Otherwise, ${allow}` : `${near}; ${allow}`
  return { code: 'spec/unknown-field', message: `unknown field "${name}" in ${shape.name}`, help }
}
