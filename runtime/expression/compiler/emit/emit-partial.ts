/** Functions made of others: applied in part, and transforms. */
import type { Node } from '../ast.ts'
import { isCompiled } from '../runtime/functions/natives.ts'
import {
  arrow,
  type Code,
  type EmitSite,
  type Frame,
  fresh,
  inItem,
  NotCompilable,
  type Unit,
  use,
  within,
} from './compilation-unit.ts'
import { emit } from './emit.ts'
import { literal } from './literal.ts'
import { isBound, isFunctionName, resolve } from './scope.ts'

/** `f(?, 1)`. */
export function emitPartial(unit: Unit, node: Node, place: EmitSite): Code {
  const procedure = node.procedure as Node
  const args = (node.arguments ?? []).map((each) => {
    return each.type === 'operator' ? use(unit, 'HOLE') : emit(unit, each, place)
  })
  const name = String(procedure.value)
  const plain = !procedure.predicate && !procedure.group
  if (plain && procedure.type === 'variable' && !isBound(name, place.frame) && isFunctionName(unit, name)) {
    if (!isCompiled(name) || unit.functions.some((each) => each.name === name) || unreadable.has(name)) {
      throw new NotCompilable('partial application', node)
    }
    return { js: `${use(unit, 'partialNative')}(${[literal(name), ...args].join(', ')})`, kind: 'value' }
  }
  if (!plain || !isOwn(procedure, place.frame)) throw new NotCompilable('partial application', node)
  const f = procedure.type === 'variable' ? resolve(unit, procedure, place) : emit(unit, procedure, place)
  return { js: `${use(unit, 'partial')}(${[f, ...args].join(', ')})`, kind: 'value' }
}

/**
 * The interpreter reads the parameters off the text of a function, which fails for a default value and for none, and
 * `$sort` cannot call what it is handed.
 */
const unreadable = new Set(['string', 'zip', 'sort', 'random', 'millis'])

/** Written in the expression, and not handed on: a function that is passed as an argument cannot be applied in part. */
function isOwn(node: Node, frame: Frame | undefined): boolean {
  if (isMade(node)) return true
  if (node.type !== 'variable' || frame === undefined) return false
  const slot = frame.slots.get(String(node.value))
  if (slot === undefined) return frame.row === undefined && isOwn(node, frame.outer)
  return slot.sure && slot.values.length > 0 && slot.values.every(isMade)
}

const isMade = ({ type, predicate, group }: Node): boolean =>
  (type === 'lambda' || type === 'partial') && !predicate && !group

/** `|pattern|update, delete|`. */
export function emitTransform(unit: Unit, node: Node, place: EmitSite): Code {
  if (isBound('clone', place.frame)) throw new NotCompilable('transform', node)
  const deepest = { level: 0 }
  const parts = [node.pattern, node.update, node.delete].filter((part) => part !== undefined)
  const functions = parts.map((part) => {
    const item = fresh(unit, 'item')
    return arrow(item, emit(unit, part, within(inItem(place, item), { level: 0, deepest, beside: true })))
  })
  return { js: `${use(unit, 'transform')}(${[deepest.level, ...functions].join(', ')})`, kind: 'value' }
}
