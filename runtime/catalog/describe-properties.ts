/** Describes the properties of a metric or the profile: their types, meanings, examples and tags. */
import type { SpecModel } from '../editor/model/model.ts'
import { type EditorFile, findScope } from '../editor/scope.ts'
import { type FieldCheck, followFields } from '../expression/check/fields.ts'
import { CONSTANT, createRecord } from '../expression/check/value.ts'
import type { Node } from '../expression/compiler/ast.ts'
import type { Expression } from '../expression/expression.ts'
import { isProblem, parseExpression } from '../expression/parse.ts'
import { getSetName } from '../spec/compile/properties.ts'
import type { SpecNode } from '../spec/compile/spec-node.ts'
import type { Mapping, Profile, Properties } from '../spec/generated/documents.ts'
import type { SpecDocument } from '../spec/read.ts'
import type { Property } from '../spec/spec.ts'
import { createExample, takeFirst } from './example.ts'
import { findMeaning } from './meaning.ts'
import type { CatalogProperty } from './types.ts'
import { typeOfProperty } from './value-type.ts'

/** A file that has properties: of a metric, or of the profile. */
export type PropertiesFile =
  | ({ readonly kind: 'mapping' } & SpecDocument<'mapping'>)
  | ({ readonly kind: 'profile' } & SpecDocument<'profile'>)

export interface PropertiesPlace {
  readonly file: PropertiesFile
  readonly section: 'properties' | 'attributes' | 'profile'
  readonly createTag?: ((name: string, member?: string) => string) | undefined
}

export const describeProperties = (
  properties: readonly Property[],
  place: PropertiesPlace,
  model: SpecModel,
): readonly CatalogProperty[] => properties.map((property) => describeProperty(property, place, model))

function describeProperty(property: Property, place: PropertiesPlace, model: SpecModel): CatalogProperty {
  const { name, expr, whenMissing } = property
  const { result, reads, root } = check(expr, place, model)
  const type = typeOfProperty(property, result)
  const meaning = findMeaning(property, findNode(name, place, model), result, model)
  const example =
    type.kinds.length === 0 ? undefined : createExample({ type, field: result.field, root, functions: model.functions })
  const member = type.kinds.join() === 'object' ? ANY_MEMBER : undefined
  const tag = place.createTag?.(name.replace('*', ANY_MEMBER), member)
  return {
    name,
    type,
    isAlwaysPresent: whenMissing.action !== 'omit',
    ...(meaning !== undefined && { meaning }),
    reads: listReads(reads),
    ...(example !== undefined && { example }),
    ...(tag !== undefined && { tag }),
  }
}

/** Stands for the name of a member of an object. */
const ANY_MEMBER = '…'

interface Checked extends Pick<FieldCheck, 'result' | 'reads'> {
  readonly root: Node
}

/** In the scope of the file that sends the property, though a property set may hold it. */
function check({ text }: Expression, { file, section }: PropertiesPlace, model: SpecModel): Checked {
  const parsed = parseExpression(text)
  if (isProblem(parsed)) return { result: CONSTANT, reads: [], root: { type: 'value' } }
  const edited: EditorFile = { path: file.node.file, kind: file.kind, text: '', value: { ...file.document } }
  const scope = findScope([section, 'name'], edited, model)
  const input = createRecord(scope?.input)
  return { ...followFields(parsed, input, scope?.variables ?? new Map(), model.functions), root: parsed.root }
}

/** Where the property is written: in the file, or in the last of its property sets that has it. */
function findNode(name: string, { file, section }: PropertiesPlace, { documents }: SpecModel): SpecNode | undefined {
  const own = getProperties(file.document, section)
  if (own?.[name] !== undefined) return file.node.at(section, name)
  const sets = (file.document.include ?? []).map((set) =>
    documents.sets.find(({ node }) => getSetName(node.file) === set),
  )
  return sets.findLast((set) => set?.document.properties?.[name] !== undefined)?.node.at('properties', name)
}

function getProperties(document: Mapping | Profile, section: PropertiesPlace['section']): Properties | undefined {
  if (section === 'properties') return document.properties
  if (section === 'attributes') return 'attributes' in document ? document.attributes : undefined
  return 'metric' in document ? document.profile : undefined
}

const MAX_READS = 2

/** The fields themselves, not the objects on the way to them. */
function listReads(reads: FieldCheck['reads']): readonly string[] {
  const paths = [...new Set(reads.map(({ path }) => takeFirst(path)))].filter((path) => !path.startsWith('$'))
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`))).slice(0, MAX_READS)
}
