/** An example of a property's value, made up of its type. */
import type { TypedField } from '../expression/check/value.ts'
import type { Node } from '../expression/compiler/ast.ts'
import type { FunctionTable } from '../expression/functions.ts'
import type { Json } from '../ports/types.ts'
import { SAMPLES } from '../spec/check/trial-run.ts'
import { ANY, type ValueType } from './value-type.ts'

export interface ExampleSource {
  readonly type: ValueType
  readonly field: TypedField | undefined
  readonly root: Node
  readonly functions: FunctionTable
}

/** Undefined if too little is known of the value. */
export function createExample({ type, field, root, functions }: ExampleSource): Json | undefined {
  const [kind] = type.kinds
  if (kind === 'list') return createListExample({ type: type.items ?? ANY, field, root, functions })
  const call = functions.find(({ name }) => name === findResultCall(root))
  if (call?.example.gives !== undefined && isOfKind(call.example.gives, kind)) return call.example.gives
  switch (kind) {
    case 'text':
      return type.values?.[0] ?? field?.type.usual?.[0] ?? (type.unit ? SAMPLES[type.unit] : createText(field))
    case 'number':
    case 'boolean':
      return SAMPLES[type.unit ?? kind]
    case 'object':
    case 'null':
    case undefined:
      return undefined
  }
}

function createListExample(source: ExampleSource): Json | undefined {
  const item = createExample(source)
  return item === undefined ? undefined : [item]
}

const isOfKind = (value: Json, kind: string | undefined): boolean =>
  kind === (typeof value === 'string' ? 'text' : typeof value)

/** As text also what is none in the record: `true`. `team.name` gives `team name`; the id of something gives digits. */
function createText(field: TypedField | undefined): Json | undefined {
  const [kind] = field?.type.kinds ?? []
  if (kind !== undefined && kind !== 'text') return String(SAMPLES[kind])
  if (field === undefined || field.isComputed) return undefined
  if (field.type.idOf !== undefined) return '123'
  const path = takeFirst(field.name).split('.')
  if (path.at(-1) === 'email') return 'ann@example.com'
  return path.slice(-2).join(' ').replaceAll('_', ' ').trim()
}

/** Of `contact or company.name`: `contact.name`. */
export const takeFirst = (name: string): string => name.replace(/ or [^.]*(?=\.|$)/g, '')

/** The function whose result is that of the expression, in its usual case. */
function findResultCall({ type, procedure, then, expressions }: Node): unknown {
  if (type === 'function') return procedure?.value
  const inner = type === 'condition' ? then : type === 'block' ? expressions?.at(-1) : undefined
  return inner && findResultCall(inner)
}
