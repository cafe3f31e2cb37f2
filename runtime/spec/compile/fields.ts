/** Compiles fields.yaml to the shapes that expressions are checked against. */
import { KINDS } from '../../expression/check/field-type.ts'
import { createShape, type DeclaredField, findUnknownType, type Shape } from '../../expression/check/shape.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import type { KnownFields } from '../check/known-fields.ts'
import type { Connector } from '../generated/documents.ts'
import type { SpecDocument } from '../read.ts'
import type { SpecNode } from './spec-node.ts'

/** Empty if connector.yaml names no such file. */
export function compileFields(
  fields: SpecDocument<'fields'> | undefined,
  { resources, lookups, knownFields }: Connector,
): KnownFields {
  const shapes = new Map<string, Shape>()
  const lists = new Set<string>()
  if (fields === undefined) return { shapes, lists }
  const { document, node } = fields
  const names = new Set(Object.keys({ ...resources, ...lookups }))
  for (const [name, declared] of Object.entries(document).filter(([name]) => !name.startsWith('x-'))) {
    reportUnknownType(declared, node.at(name))
    const shape = createShape(name, declared)
    if (shape !== undefined) shapes.set(name, shape)
    if (Array.isArray(declared)) lists.add(name)
    if (names.has(name) || node.at(name).isOfBase) continue
    const message = `no resource or lookup is called "${name}"`
    const key = node.at(name)
    key.warn({ code: 'spec/unused-fields', message, help: suggest(name, names) }, key.keySpan)
  }
  // The spec's own file, even if its base has most of the fields.
  return { file: knownFields ?? node.file, shapes, lists }
}

/** What other languages call the types. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  str: 'text',
  integer: 'number',
  int: 'number',
  float: 'number',
  bool: 'boolean',
  timestamp: 'seconds (a number), or date (text)',
  datetime: 'seconds (a number), or date (text)',
  time: 'seconds (a number), or date (text)',
  list: 'a list as [{ … }], or [text]',
  array: 'a list as [{ … }], or [text]',
  object: 'an object as { … }',
}

function reportUnknownType(declared: DeclaredField, node: SpecNode): void {
  const unknown = findUnknownType(declared)
  if (unknown === undefined) return
  const word = unknown.word.toLowerCase()
  const other = Object.hasOwn(OTHER_NAMES, word) ? OTHER_NAMES[word] : undefined
  const nearest = other === undefined ? suggest(unknown.word, KINDS) : `write ${other}`
  const help = `${nearest}${nearest.endsWith('?') ? '' : '.'} For a field of one text or another, write both: open | closed`
  node.at(...unknown.path).error({ code: 'spec/field-type', message: `"${unknown.word}" is no type of a field`, help })
}
