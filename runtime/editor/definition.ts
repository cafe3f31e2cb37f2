/** The place that defines what is named at a place: a set, lookup, stream, resource, topic, metric, file or field. */
import { basename } from 'node:path/posix'
import type { SpecNode } from '../spec/compile/spec-node.ts'
import type { SourceFile } from '../spec/source-file.ts'
import type { FileSpan, Path } from '../spec/yaml.ts'
import { findTokenIn } from './hover.ts'
import { findField } from './model/field-place.ts'
import type { SpecModel } from './model/model.ts'
import { getSetName } from './model/names.ts'
import { findReferenceKind, type ReferenceKind } from './model/references.ts'
import { findPlacedText, type PlacedText } from './placed-text.ts'
import type { EditorFile } from './scope.ts'

export function definitionAt(file: EditorFile, offset: number, model: SpecModel): FileSpan | undefined {
  const placed = findPlacedText(file, offset, model)
  if (placed === undefined || placed.typed.isKey) return undefined
  if (placed.scope !== undefined) return findInExpression(placed, model)
  const { path, before, after } = placed.typed
  const reference = findReferenceKind(path, file)
  return reference && findDefinition(reference, before + after, model)
}

function findInExpression(placed: PlacedText, model: SpecModel): FileSpan | undefined {
  const token = findTokenIn(placed)
  if (token === undefined) return undefined
  const { kind, name, holder } = token
  if (kind === 'variable') return model.names.lookups.includes(name) ? findDefinition('lookup', name, model) : undefined
  return holder && findField(`${holder.name}.${name}`, model)
}

function findDefinition(reference: ReferenceKind, name: string, model: SpecModel): FileSpan | undefined {
  const { connector, mappings, sets, profile, files } = model.documents
  const inConnector = (...path: Path) => findKey(connector?.node, path, connector?.document)
  switch (reference) {
    case 'resource':
      return inConnector('resources', name)
    case 'stream':
      return inConnector('streams', name)
    case 'lookup':
      return inConnector('lookups', name)
    case 'permission':
      return inConnector('source', 'permissions', name)
    case 'topic': {
      const [resource, topics] = [...model.names.topics].find(([, all]) => all.includes(name)) ?? []
      return topics && inConnector('resources', String(resource), 'topics', topics.indexOf(name))
    }
    case 'attribute':
      return findKey(profile?.node, ['attributes', name], profile?.document)
    case 'metric':
      return mappings.find(({ document }) => document.metric === name)?.node.at('metric').span
    case 'set':
      return sets.find(({ node }) => getSetName(node.file) === name)?.node.keySpan ?? startOf(name, files)
    case 'file':
      return startOf(name, files)
  }
}

/** The first line of a file, by its path or its name. */
function startOf(name: string, files: readonly SourceFile[]): FileSpan | undefined {
  const file = files.find(({ path }) => path === name) ?? files.find(({ path }) => basename(path, '.yaml') === name)
  return file && { file, span: [0, 0] }
}

/** Undefined if there is no value at the path. */
function findKey(node: SpecNode | undefined, path: Path, document: unknown): FileSpan | undefined {
  const value = path.reduce<unknown>((holder, step) => (holder as Record<string | number, unknown>)?.[step], document)
  return value === undefined ? undefined : node?.at(...path).keySpan
}
