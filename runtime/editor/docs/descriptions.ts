/** Texts about fields, variables and functions, in Markdown. */
import { describeKinds, type FieldType } from '../../expression/check/field-type.ts'
import type { Shape } from '../../expression/check/shape.ts'
import type { FunctionTable } from '../../expression/functions.ts'
import type { SpecModel } from '../model/model.ts'
import { BUILTIN_DOCS } from './builtin-docs.ts'
import { describeLookup, VARIABLES, type VariableText } from './variables.ts'

export interface Description {
  /** One line: a type, or a signature. */
  readonly title: string
  readonly text: string
}

export const toMarkdown = ({ title, text }: Description): string =>
  ['```', title, '```', ...(text === '' ? [] : ['', text])].join('\n')

export function describeField(name: string, holder: Shape): Description | undefined {
  if (!holder.fields.has(name)) return undefined
  const type = holder.types.get(name)
  const inner = holder.fields.get(name)
  const value = inner === undefined ? describeType(type) : '{ … }'
  const title = `${holder.name}.${name}: ${holder.lists.has(name) ? `list of ${value}` : value}`
  const fields = inner && `Its fields: ${listSome([...inner.fields.keys()])}.`
  const text = join(
    fields,
    type?.idOf && `Id of ${type.idOf.map((name) => `\`${name}\``).join(' or ')}.`,
    type?.isOptional ? 'It may be absent.' : undefined,
    holder.fixed.has(name) ? 'It never changes, so a key may use it.' : undefined,
    exampleOf(type),
  )
  return { title, text }
}

function describeType(type: FieldType | undefined): string {
  if (type?.values !== undefined) return type.values.map((value) => JSON.stringify(value)).join(' | ')
  return type === undefined || type.kinds.size === 0 ? 'any value' : describeKinds(type.kinds)
}

function exampleOf(type: FieldType | undefined): string | undefined {
  if (type?.values?.[0] !== undefined) return `For example \`= ${JSON.stringify(type.values[0])}\`.`
  const [kind] = type?.kinds ?? []
  const example = { seconds: '1768031789', milliseconds: '1768031789000', date: '"2026-01-10T07:56:29Z"' }
  return kind !== undefined && kind in example ? `For example \`${example[kind as keyof typeof example]}\`.` : undefined
}

const MAX_LISTED = 12

const listSome = (names: readonly string[]): string => {
  const more = names.length - MAX_LISTED
  const shown = names.slice(0, MAX_LISTED).map((name) => `\`${name}\``)
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** `name`: without `$`. */
export function describeVariable(name: string, { connector, fields }: SpecModel): Description {
  const title = `$${name}`
  const known = VARIABLES.get(name)
  if (known !== undefined) return { title, text: join(known.what, describeAbsence(known)) }
  const lookup = Object.hasOwn(connector.lookups, name) ? connector.lookups[name] : undefined
  if (lookup === undefined) return { title, text: 'A name of this expression.' }
  const fetched = describeLookup(lookup)
  const shape = fields.shapes.get(name)
  const inner = shape && `Its fields: ${listSome([...shape.fields.keys()])}.`
  return {
    title,
    text: join('A lookup of connector.yaml.', fetched.what, describeAbsence(fetched), fetched.cost, inner),
  }
}

const describeAbsence = ({ absent }: VariableText) => absent && `Absent ${absent}.`

const join = (...sentences: readonly (string | undefined)[]): string =>
  sentences.filter((sentence) => sentence !== undefined).join(' ')

/** Undefined if there is no such function. */
export function describeFunction(name: string, functions: FunctionTable): Description | undefined {
  const own = functions.find((each) => each.name === name)
  if (own !== undefined) {
    const { expr, gives } = own.example
    const example = `\`${expr}\` gives ${gives === undefined ? 'nothing' : `\`${JSON.stringify(gives)}\``}.`
    return { title: `$${name}: ${own.signature}`, text: `${own.doc}\n\n${example}` }
  }
  const builtin = BUILTIN_DOCS.get(name)
  return builtin && { title: `$${name}(${builtin.parameters})`, text: builtin.doc }
}
