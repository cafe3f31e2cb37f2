/** Reference page of the fields that the source sends, by resource and lookup, from fields.yaml. */
import { readModel, type SpecModel } from '../../runtime/editor/model/model.ts'
import { describeKinds, type FieldType } from '../../runtime/expression/check/field-type.ts'
import type { Shape } from '../../runtime/expression/check/shape.ts'
import type { FunctionTable } from '../../runtime/expression/functions.ts'
import { capitalize } from '../../runtime/lib/format.ts'
import { openSpecFolder } from '../../runtime/spec/spec-files.ts'
import { generatedNote } from './schema-reference.ts'

const introduction =
  'The fields of each resource and lookup that Intercom sends, as [fields.yaml](../../fields.yaml) lists them for `validate` and for editors; comments there say what differs between versions. A path goes through lists, marked `[]`, without a sign: `tags.tags.name`. A field that may be absent is null, empty or missing in some records; an object such as `source` or `statistics` may be missing as a whole. A field that never changes may be part of a `key`. Add the attributes of your own workspace to a `fields.yaml` in your folder.'

export async function fieldsPage(root: URL, functions: FunctionTable): Promise<string> {
  const model = await readModel(openSpecFolder(root), functions)
  if (model === undefined) throw new Error('the shipped spec has errors: connector validate')
  const sections = [...model.fields.shapes].map(([name, shape]) => section(name, shape, model))
  return ['# Fields', `${generatedNote}\n\n${introduction}`, ...sections, ''].join('\n\n')
}

function section(name: string, shape: Shape, { connector, fields }: SpecModel): string {
  const isBound = connector.lookups[name]?.key !== undefined || name === 'contact'
  const isResource = Object.hasOwn(connector.resources, name)
  const lookup = `\`$${name}\`${fields.lists.has(name) ? ', one or several' : ''}`
  const subject = [isResource && `the resource \`${name}\``, isBound && lookup].filter((text) => text !== false)
  const streams = Object.entries(connector.streams).filter(([, { resource }]) => resource === name)
  const history = streams.map(([stream, { lacks = [] }]) => {
    const missing = lacks.map((field) => `\`${field}\``).join(', ')
    return ` The stream \`${stream}\` ${missing === '' ? 'has all of it' : `lacks ${missing}`}.`
  })
  return [
    `## \`${name}\``,
    `${capitalize(subject.join(' and '))}.${history.join('')}`,
    ['| Field | Type | May be absent | Never changes |', '| --- | --- | --- | --- |', ...rows(shape, '')].join('\n'),
  ].join('\n\n')
}

function* rows(shape: Shape, path: string): Generator<string> {
  for (const [field, inner] of shape.fields) {
    const isList = shape.lists.has(field)
    const own = `${path}${field}${isList ? '[]' : ''}`
    const type = shape.types.get(field)
    if (inner !== undefined) yield* rows(inner, `${own}.`)
    else yield `| \`${own}\` | ${describe(type)} | ${type?.isOptional ? 'yes' : ''} | ${type?.isFixed ? 'yes' : ''} |`
  }
}

function describe(type: FieldType | undefined): string {
  if (type?.values !== undefined) return type.values.map((value) => `\`${value}\``).join(', ')
  if (type?.usual !== undefined) return `${type.usual.map((value) => `\`${value}\``).join(', ')} and others`
  if (type?.idOf !== undefined) return `${describeKinds(type.kinds)}: id of ${type.idOf.join(' or ')}`
  return type === undefined || type.kinds.size === 0 ? 'anything' : describeKinds(type.kinds)
}
