/** The scope of an expression by its place in a file: its input, and the variables bound there. */
import { followFields } from '../expression/check/fields.ts'
import { type KnownShape, uniteAllShapes } from '../expression/check/shape.ts'
import { CONSTANT, createRecord, toItem, type Value } from '../expression/check/value.ts'
import { isProblem, parseExpression } from '../expression/parse.ts'
import { getVariable } from '../spec/check/known-fields.ts'
import { listEarlyVariables } from '../spec/compile/mapping.ts'
import type { Connector, Documents } from '../spec/generated/documents.ts'
import { findSchema } from '../spec/schema.ts'
import type { Path } from '../spec/yaml.ts'
import type { SpecModel } from './model/model.ts'
import { getSetName } from './model/names.ts'
import type { EditorScope } from './probe.ts'

/** A file as it is being typed. */
export interface EditorFile {
  /** From the spec's folder. */
  readonly path: string
  readonly kind: keyof Documents
  readonly text: string
  /** As far as it can be read. */
  readonly value: Readonly<Record<string, unknown>>
}

/** Undefined if no expression stands there. */
export function findScope(path: Path, file: EditorFile, model: SpecModel): EditorScope | undefined {
  if (!isExpression(path, file)) return undefined
  switch (file.kind) {
    case 'mapping':
      return scopeInMapping(path, file, model)
    case 'profile':
      return scopeInProfile(path, file, model)
    case 'properties':
      return createScope(findSetInput(file, model), [...listEarlyVariables(true), ...listBoundLookups(model)], model)
    case 'connector':
      return scopeInConnector(path, model)
    default:
      return undefined
  }
}

/** The resource of any file that includes the set. */
function findSetInput({ path }: EditorFile, { documents: { mappings, profile }, fields }: SpecModel): KnownShape {
  const set = getSetName(path)
  const users = [...mappings, ...(profile === undefined ? [] : [profile])].map(({ document }) => document)
  const including = users.filter(({ include }) => include?.includes(set))
  return uniteAllShapes(including.map(({ resource }) => fields.shapes.get(resource)))
}

/** By the titles of the schemas, which texts about errors quote, too. */
function isExpression(path: Path, { kind }: EditorFile): boolean {
  const isKeyName = kind === 'mapping' && path[0] === 'key' && path[1] === 0
  return !isKeyName && path.length > 0 && (findSchema(kind, path).title ?? '').startsWith('an expression')
}

function createScope(input: KnownShape, names: Iterable<string>, { fields }: SpecModel, part?: Value): EditorScope {
  return { input, variables: new Map([...names].map((name) => [name, getVariable(name, fields, part)])) }
}

/** Lookups without a key of their own are bound for the person only. */
const listBoundLookups = ({ connector: { lookups } }: SpecModel): readonly string[] =>
  Object.keys(lookups).filter((name) => lookups[name]?.key !== undefined || name === 'contact')

/** Keys of a metric that are evaluated before any lookup. */
const EARLY = new Set(['when', 'key', 'time', 'contact'])

function scopeInMapping([key]: Path, file: EditorFile, model: SpecModel): EditorScope {
  const saved = model.documents.mappings.find(({ node }) => node.file === file.path)?.document
  const { resource = saved?.resource, each = saved?.each } = file.value
  const input = model.fields.shapes.get(String(resource))
  if (key === 'each') return createScope(input, ['notification'], model)
  if (key === 'from') return createScope(input, [], model)
  const part = typeof each === 'string' ? findPart(each, input, model) : undefined
  const early = listEarlyVariables(each !== undefined)
  return createScope(input, EARLY.has(String(key)) ? early : [...early, ...listBoundLookups(model)], model, part)
}

function findPart(each: string, input: KnownShape, model: SpecModel): Value {
  const parsed = parseExpression(each)
  if (isProblem(parsed)) return CONSTANT
  const { variables } = createScope(input, ['notification'], model)
  return toItem(followFields(parsed, createRecord(input), variables, model.functions).result, '$part')
}

function scopeInProfile([key]: Path, file: EditorFile, model: SpecModel): EditorScope {
  const { resource = model.documents.profile?.document.resource } = file.value
  const input = model.fields.shapes.get(String(resource))
  if (key === 'updatedAt') return createScope(input, [], model)
  const lookups = key === 'skip' ? ['contact'] : listBoundLookups(model)
  return createScope(input, [...listEarlyVariables(false), ...lookups], model)
}

const PAGING = ['cursor', 'pageSize', 'since', 'until']

function scopeInConnector([section, name, ...rest]: Path, model: SpecModel): EditorScope {
  const { shapes } = model.fields
  if (section === 'resources' && rest[0] !== 'normalize') return createScope(shapes.get(String(name)), [], model)
  if (section === 'streams') return createScope(undefined, rest.includes('request') ? PAGING : [], model)
  if (section === 'lookups') return scopeInLookup(String(name), String(rest[0]), model)
  if (section !== 'people') return createScope(undefined, [], model)
  const input = shapes.get(model.documents.profile?.document.resource ?? '')
  const ofPerson = listBoundLookups(model).filter((lookup) => isOfPerson(lookup, model.connector))
  return createScope(input, ['workspace', ...ofPerson], model)
}

function isOfPerson(
  name: string,
  { lookups }: Pick<Connector, 'lookups'>,
  visited: ReadonlySet<string> = new Set(),
): boolean {
  if (name === 'contact' || visited.has(name)) return name === 'contact'
  const { from, key = '' } = lookups[name] ?? {}
  return from === undefined ? key.startsWith('$contact.') : isOfPerson(from, { lookups }, new Set([...visited, name]))
}

function scopeInLookup(name: string, key: string, model: SpecModel): EditorScope {
  const { connector, fields } = model
  if (key === 'get') return createScope(undefined, ['key'], model)
  if (key === 'batch') return createScope(undefined, ['ids'], model)
  if (key !== 'key') return createScope(undefined, [], model)
  const from = connector.lookups[name]?.from
  const any = uniteAllShapes(Object.keys(connector.resources).map((each) => fields.shapes.get(each)))
  const others = Object.keys(connector.lookups).filter((other) => other !== name)
  return createScope(from === undefined ? any : fields.shapes.get(from), others, model)
}
