/** `$name`: what it is bound to at a place, and what binds it. */
import { type Node, nodes } from '../ast.ts'
import { isCompiled, sequential } from '../runtime/functions/natives.ts'
import {
  declare,
  type EmitSite,
  type Frame,
  fresh,
  NotCompilable,
  type Slot,
  type Unit,
  use,
} from './compilation-unit.ts'
import { literal } from './literal.ts'

/** A frame with a slot for each name that is bound directly in it. */
export function frameOf(unit: Unit, parts: readonly Node[], outer: Frame | undefined): Frame {
  const slots = new Map<string, Slot>()
  for (const part of parts) {
    for (const { name, value } of boundIn(part)) {
      const slot = slots.get(name) ?? { js: fresh(unit, '', name), sure: false, loose: false, values: [] }
      slot.values.push(value)
      slots.set(name, slot)
    }
  }
  return outer === undefined ? { slots } : { slots, outer }
}

/** Names bound in the same frame as this node: blocks and functions have frames of their own. */
function* boundIn(node: unknown): Generator<{ readonly name: string; readonly value: Node }> {
  if (typeof node !== 'object' || node === null) return
  const { type, lhs, rhs } = node as Partial<Node>
  if (type === 'block' || type === 'lambda') {
    // A call at the end of a function is wrapped into a function without a frame.
    if ((node as { thunk?: boolean }).thunk !== true) return
  }
  if (type === 'bind') yield { name: String((lhs as Node).value), value: rhs as Node }
  for (const child of Object.values(node)) yield* boundIn(child)
}

/** What a name is bound to, as source. */
export function resolve(unit: Unit, node: Node, place: EmitSite): string {
  const name = String(node.value)
  return lookUp(unit, name, place, () => outermost(unit, name, node))
}

/** `%`: what a step before this one was taken from. */
export const resolveParent = (unit: Unit, label: string, place: EmitSite): string =>
  lookUp(unit, label, place, () => 'undefined')

/** The innermost that is bound by then. */
function lookUp(unit: Unit, name: string, place: EmitSite, last: () => string): string {
  const perhaps: { readonly js: string; readonly test: string }[] = []
  const all = (js: string): string =>
    perhaps.reduceRight((outer, inner) => `(${inner.test} ? ${inner.js} : ${outer})`, js)
  for (let frame: Frame | undefined = place.frame; frame !== undefined; frame = frame.outer) {
    const { slots, row } = frame
    const slot = slots.get(name)
    const member = `${row?.js}[${literal(name)}]`
    if (row?.sure.has(name)) return all(member)
    if (row?.maybe.has(name)) perhaps.push({ js: member, test: `${literal(name)} in ${row.js}` })
    if (slot?.sure) return all(slot.js)
    if (slot === undefined) continue
    slot.loose = true
    perhaps.push({ js: slot.js, test: `${slot.js} !== ${unbound(unit)}` })
  }
  return all(last())
}

export const unbound = (unit: Unit): string => declare(unit, 'unbound', 'Symbol()')

function outermost(unit: Unit, name: string, node: Node): string {
  if (name === '$') return 'input'
  return isFunctionName(unit, name) ? functionValue(unit, name, node) : variable(unit, name, node)
}

/** Bound from outside. */
function variable(unit: Unit, name: string, node: Node): string {
  if (name in {}) throw new NotCompilable('name of an object member', node)
  const known = unit.variables.get(name)
  if (known !== undefined) return known
  const js = fresh(unit, '', name)
  unit.variables.set(name, js)
  return js
}

export const isBound = (name: string, frame: Frame | undefined): boolean =>
  frame !== undefined && (frame.slots.has(name) || isInRow(name, frame) || isBound(name, frame.outer))

const isInRow = (name: string, { row }: Frame): boolean =>
  row !== undefined && (row.sure.has(name) || row.maybe.has(name))

export const isFunctionName = (unit: Unit, name: string): boolean =>
  isCompiled(name) || name === 'eval' || unit.functions.some((each) => each.name === name)

/** A function by its name alone. */
function functionValue(unit: Unit, name: string, node: Node): string {
  if (unit.functions.some((each) => each.name === name)) {
    return declare(unit, '', `${use(unit, 'connectedValue')}(functions[${literal(name)}].checked)`, name)
  }
  if (!isCompiled(name)) throw new NotCompilable('$eval', node)
  return declare(unit, '', `${use(unit, 'nativeValue')}(${literal(name)})`, name)
}

/**
 * Whether it shows anywhere in the expression that a list was a sequence: lists that are kept, `$distinct`, lists
 * written out in a path, and functions whose last act gives a sequence that nothing makes a value of.
 */
export function mustRemember(root: Node): boolean {
  const all = [...nodes(root)]
  // Called where they stand, what they give is made a value there and then.
  const called = new Set(
    all.filter(({ type, thunk }) => type === 'function' && !thunk).map(({ procedure }) => procedure),
  )
  const ends = new Set(all.filter(({ thunk }) => thunk).map(({ body }) => (body as Node).procedure))
  return all.some((each) => {
    const { type, value, keepArray, keepSingletonArray, consarray, predicate, group } = each
    if (keepArray === true || keepSingletonArray === true || consarray === true) return true
    if (type !== 'variable' || !sequential.has(String(value))) return false
    // With a filter or a grouping it is a value first, and then called.
    const byName = called.has(each) && predicate === undefined && group === undefined
    return value === 'distinct' || !byName || ends.has(each as unknown as Node)
  })
}
