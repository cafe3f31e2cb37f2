/** Lists and objects that are written out, and grouping. */
import type { Node, Pair } from '../ast.ts'
import { isTaken } from '../runtime/groups.ts'
import { arrow, type Code, type EmitSite, fresh, indent, inItem, type Unit, use, within } from './compilation-unit.ts'
import { emit, isLiteral } from './emit.ts'
import { literal } from './literal.ts'

export function emitList(unit: Unit, node: Node, place: EmitSite): Code {
  const inner = within(place, { beside: true })
  const parts = (node.expressions ?? []).map((part) => {
    const js = emit(unit, part, inner)
    // A list within a list stays one; so does the text "[", which is one item either way.
    if (part.value !== '[') return js
    return part.predicate || part.group ? `${use(unit, 'boxed')}(${js})` : `[${js}]`
  })
  const js = `${use(unit, 'list')}(${parts.join(', ')})`
  return { js: (node as { consarray?: boolean }).consarray ? `${use(unit, 'construct')}(${js})` : js, kind: 'value' }
}

/** `{...}`: over all items at once where its keys are written out, grouped by their keys otherwise. */
export function emitObject(unit: Unit, node: Node, place: EmitSite): Code {
  const pairs = node.lhs as readonly Pair[]
  const keys = pairs.map(([key]) => (isLiteral(key) && typeof key.value === 'string' ? key.value : undefined))
  const written = keys.every((key) => key !== undefined && !isTaken(key)) && new Set(keys).size === keys.length
  if (!written) return emitGroup(unit, place.context.list, pairs, place)
  const all = fresh(unit, 'all')
  const members = inline(unit, pairs, within(inItem(place, all), { beside: true }))
  return { js: `((${all}) => ${members})(${use(unit, 'gather')}(${place.context.list}))`, kind: 'value' }
}

function inline(unit: Unit, pairs: readonly Pair[], place: EmitSite): string {
  const members = pairs.map(([key, member]) => `${literal(String(key.value))}: ${emit(unit, member, place)},`)
  if (members.length === 0) return '({})'
  return `${use(unit, 'compact')}({\n  ${indent(members.join('\n'))}\n})`
}

/** `list{ key: value }`. */
export function emitGroup(unit: Unit, before: string, pairs: readonly Pair[], place: EmitSite): Code {
  const functions = pairs.map(([key, member]) => {
    const parts = [key, member].map((part) => {
      const item = fresh(unit, 'item')
      const inner = within(inItem(place, item), { beside: true })
      return arrow(item, emit(unit, part, inner))
    })
    return `[${parts.join(', ')}],`
  })
  return { js: `${use(unit, 'group')}(${before}, [\n  ${indent(functions.join('\n'))}\n])`, kind: 'value' }
}
