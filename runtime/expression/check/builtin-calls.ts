/** What the functions of JSONata and of the connector give for values that are known in part. */
import type { Node } from '../compiler/ast.ts'
import { BUILTIN_SIGNATURES } from '../compiler/runtime/functions/builtins.ts'
import type { FunctionTable } from '../functions.ts'
import { parseArity } from './arity.ts'
import { typeOfCall } from './computed-types.ts'
import { spanOf } from './problems/spans.ts'
import * as values from './value.ts'
import { CONSTANT, compute, joinChanges, listChanges, listPresenceChanges, type Value } from './value.ts'

/** Functions that return their argument, or some of its elements. */
const ELEMENT_PRESERVING: ReadonlySet<string> = new Set(['distinct', 'filter', 'reverse', 'shuffle', 'single', 'sort'])

/** Functions that only look whether their argument is there. */
export const PRESENCE_ONLY: ReadonlySet<string> = new Set(['boolean', 'exists', 'not'])

/** The number of parameters of their callback that receive an element of the list. */
const ELEMENT_PARAMETERS: Readonly<Record<string, number>> = { filter: 1, map: 1, single: 1, sort: 2 }

export interface BuiltinCall {
  readonly name: string
  readonly given: readonly Value[]
  /** The last argument as written. A lambda there has no other caller, so its unknown fields are known. */
  readonly last: Node | undefined
  readonly context: Value
  readonly text: string
  readonly functions: FunctionTable
}

export function callBuiltin({ name, given, last, context, text, functions }: BuiltinCall): Value {
  const [first = CONSTANT, second = CONSTANT] = given
  const callback = given.findLast(({ call }) => call)
  const parameters = Array.from({ length: ELEMENT_PARAMETERS[name] ?? 0 }, () => values.single(first))
  const called = callback?.call?.(parameters, last?.type === 'lambda')
  const changes = given.map((value) => listChanges(value === callback && called ? called : value))
  if (name === 'append') return { ...values.unite(first, second), plural: undefined }
  if (name === 'map' && called) return values.forEachItem(values.select(called, first.selections), first)
  if (name === 'lookup' && last?.type === 'string') {
    const name = String(last.value)
    return values.readField(first, name, spanOf(name, last.position, text)) ?? compute(listChanges(first))
  }
  if (ELEMENT_PRESERVING.has(name)) return selectElements(name, first, joinChanges(...changes.slice(1)))
  if (name === 'split') return { ...compute(...changes), plural: 'list' }
  const field = typeOfCall(
    name,
    given.map(({ field }) => field),
    functions,
  )
  if (PRESENCE_ONLY.has(name) && given.length > 0) return { ...compute(listPresenceChanges(first)), field }
  return { ...compute(...changes, takesContext(name, given.length, context) ? listChanges(context) : []), field }
}

function selectElements(name: string, list: Value, changes: ReturnType<typeof listChanges>): Value {
  const selected = values.selectItem(list, changes)
  if (name === 'single') return values.single(selected)
  return name === 'filter' ? values.forEachItem(selected, list) : selected
}

/**
 * Whether an absent argument may be the context: `title.$substring(0, 5)`. No function takes an object for a text. One
 * without a name may be any.
 */
export function takesContext(name: string, args: number, context: Value): boolean {
  const signature = Object.hasOwn(BUILTIN_SIGNATURES, name) ? BUILTIN_SIGNATURES[name] : undefined
  const mayTake = signature === undefined ? args === 0 : signature.includes('-') && args < parseArity(signature).max
  return (mayTake || name === '') && (args === 0 || (context.shape === undefined && !values.isRecord(context)))
}
