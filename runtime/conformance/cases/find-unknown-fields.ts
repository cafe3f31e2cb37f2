/** Finds the fields that a change names, and that neither the item nor the declared fields have: a slip of the pen. */
import type { KnownShape, Shape } from '../../expression/check/shape.ts'
import { suggest } from '../../expression/did-you-mean.ts'
import { isObject } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { KnownFields } from '../../spec/check/known-fields.ts'
import type { DiagnosticText } from '../../spec/diagnostic.ts'
import type { Path } from '../../spec/yaml.ts'
import { type ItemChange, parsePath } from './change-item.ts'

export interface UnknownChange {
  /** The path of the item, as the change has it. */
  readonly written: string
  /** Within the change. */
  readonly path: Path
  readonly text: DiagnosticText
}

/** Accounts differ in their fields, so these are warnings. None below custom attributes, and whatever may hold anything. */
export function findUnknownFields(
  item: Json,
  { set = {}, remove = [] }: ItemChange,
  { shape, file }: { readonly shape: KnownShape } & Pick<KnownFields, 'file'>,
): readonly UnknownChange[] {
  const found: UnknownChange[] = []
  const add = (written: string, path: Path, place: UnknownField | undefined) => {
    if (place) found.push({ written, path, text: describe(place, file) })
  }
  for (const [written, value] of Object.entries(set)) {
    const end = follow(parsePath(written), item, shape)
    add(written, ['set', written], end.unknown)
    for (const { path, field } of listUnknown(value as Json, end)) add(written, ['set', written, ...path], field)
  }
  for (const [index, written] of remove.entries())
    add(written, ['remove', index], follow(parsePath(written), item, shape).unknown)
  return found
}

interface UnknownField {
  readonly name: string
  readonly shape: Shape
}

interface Place {
  /** What the item has there. */
  readonly value: Json | undefined
  readonly shape: KnownShape
  readonly unknown?: UnknownField
}

function follow(steps: readonly string[], item: Json, root: KnownShape): Place {
  let place: Place = { value: item, shape: root }
  for (const step of steps) {
    place = enter(place, step)
    if (place.unknown) break
  }
  return place
}

/** An element of a list has the shape of the list. */
function enter({ value, shape }: Place, step: string): Place {
  if (Array.isArray(value) || /^\d+$/.test(step))
    return { value: (value as readonly Json[] | undefined)?.[Number(step)], shape }
  const inner = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined
  if (shape === undefined || inner !== undefined) return { value: inner, shape: shape?.fields.get(step) }
  const isKnown = shape.fields.has(step) || shape.fields.has('*')
  return { value: inner, shape: shape.fields.get(step), ...(!isKnown && { unknown: { name: step, shape } }) }
}

/** Those within a value that is set. */
function listUnknown(value: Json, at: Place): readonly { readonly path: Path; readonly field: UnknownField }[] {
  if (at.unknown || at.shape === undefined || typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const key = Array.isArray(value) ? Number(name) : name
    const next = Array.isArray(value) ? { value: undefined, shape: at.shape } : enter(at, name)
    if (next.unknown) return [{ path: [key], field: next.unknown }]
    return listUnknown(inner ?? null, next).map(({ path, field }) => ({ path: [key, ...path], field }))
  })
}

function describe({ name, shape }: UnknownField, file = 'the file of knownFields'): DiagnosticText {
  const nearest = suggest(name, shape.fields.keys())
  const allow = `if the field exists, list it in ${file} under ${shape.name}`
  const help = nearest.endsWith('?') ? `${nearest} Otherwise, ${allow}` : `${nearest}; ${allow}`
  return { code: 'cases/unknown-field', message: `unknown field "${name}" in ${shape.name}`, help }
}
