/** Reads a path of fields: its value, or where it ends for lack of a field, and which fields are there instead. */
import type { Bindings } from '../../expression/expression.ts'
import { isObject } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import { type FieldPath, formatPath } from './paths.ts'

export interface PathReading {
  /** As in the expression, e.g. `$part.ticket_state`. */
  readonly path: string
  /** Of a list the first items. Absent: the path leads to nothing. */
  readonly value?: Json
  /** The number of items of a list, or of values in several items. */
  readonly count?: number
  readonly absent?: AbsentField
}

/** Where a path leads no further. */
export interface AbsentField {
  /** The last part of the path that is there; empty for the resource itself. Absent: its variable has no value. */
  readonly of?: string
  /** The fields that are there, by name. Empty if there is no object. */
  readonly fields: readonly string[]
  /** Of a list that is too short: its number of items. */
  readonly items?: number
}

const VALUES_SHOWN = 3

/** Lists on the way are read item by item, as JSONata does. */
export function readPath(path: FieldPath, item: Json, bindings: Bindings): PathReading {
  const text = formatPath(path)
  const { variable, steps } = path
  const start = variable === undefined ? item : bindings[variable]
  if (start === undefined) return { path: text, absent: { fields: [] } }
  // Each value is that of a field: a list is one value until a further step reads its items.
  let values: readonly Json[] = [start]
  for (const [index, step] of steps.entries()) {
    const next = values.flatMap((value) => readStep(value, step))
    if (next.length === 0) {
      const of = formatPath({ ...path, steps: steps.slice(0, index) })
      return { path: text, absent: describeParents(values, step, of) }
    }
    values = next
  }
  const [first] = values
  if (values.length === 1 && first !== undefined && !Array.isArray(first)) return { path: text, value: first }
  const items = values.flat(1) as readonly Json[]
  return { path: text, value: items.slice(0, VALUES_SHOWN), count: items.length }
}

function readStep(value: Json, step: string | number): readonly Json[] {
  if (typeof step === 'number') {
    const found = Array.isArray(value) ? value.at(step) : [value].at(step)
    return found === undefined ? [] : [found]
  }
  if (Array.isArray(value)) return value.flatMap((one: Json) => readStep(one, step))
  const found = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  return found === undefined || found === null ? [] : [found]
}

function describeParents(parents: readonly Json[], step: string | number, of: string): AbsentField {
  if (typeof step === 'number') return { of, fields: [], items: parents.flat(1).length }
  const objects = (parents.flat(1) as readonly Json[]).filter((one) => isObject(one))
  const fields = [...new Set(objects.flatMap((one) => Object.keys(one)))].sort()
  const isEmptyList = parents.some((one) => Array.isArray(one) && one.length === 0)
  return { of, fields, ...(objects.length === 0 && isEmptyList && { items: 0 }) }
}
