/** `$name`: what it is bound to at a place, and what binds it. */
import { type Node, nodes } from '../ast.ts'
import { literal } from './literal.ts'
import { isCompiled, sequential } from './natives.ts'
import { declare, type Frame, fresh, type Place, Refusal, type Slot, type Unit, use } from './unit.ts'

/** A frame with a slot for each name that is bound directly in it. */
export function frameOf(unit: Unit, parts: readonly Node[], outer: Frame | undefined): Frame {
  const slots = new Map<string, Slot>()
  for (const part of parts) {
    for (const name of boundIn(part))
      slots.set(name, slots.get(name) ?? { js: fresh(unit, 'x'), sure: false, loose: false })
  }
  return outer === undefined ? { slots } : { slots, outer }
}

/** Names bound in the same frame as this node: blocks and functions have frames of their own. */
function* boundIn(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return
  const { type, lhs } = node as Partial<Node>
  if (type === 'block' || type === 'lambda') {
    // A call at the end of a function is wrapped into a function without a frame.
    if ((node as { thunk?: boolean }).thunk !== true) return
  }
  if (type === 'bind') yield String((lhs as Node).value)
  for (const child of Object.values(node)) yield* boundIn(child)
}

/** What a name is bound to, as source. */
export function resolve(unit: Unit, node: Node, place: Place): string {
  const name = String(node.value)
  const loose: Slot[] = []
  for (let frame: Frame | undefined = place.frame; frame !== undefined; frame = frame.outer) {
    const slot = frame.slots.get(name)
    if (slot === undefined) continue
    if (slot.sure) return chain(unit, loose, slot.js)
    slot.loose = true
    loose.push(slot)
  }
  return chain(unit, loose, outermost(unit, name, node))
}

/** Each of these if it is bound by then, the next one outwards if not. */
const chain = (unit: Unit, slots: readonly Slot[], last: string): string =>
  slots.reduceRight((outer, { js }) => `(${js} === ${unbound(unit)} ? ${outer} : ${js})`, last)

export const unbound = (unit: Unit): string => declare(unit, 'unbound', 'Symbol()')

function outermost(unit: Unit, name: string, node: Node): string {
  if (name === '$') return 'input'
  return isFunctionName(unit, name) ? functionValue(unit, name, node) : variable(unit, name, node)
}

/** Bound from outside. */
function variable(unit: Unit, name: string, node: Node): string {
  if (name in {}) throw new Refusal('name of an object member', node)
  const known = unit.variables.get(name)
  if (known !== undefined) return known
  const js = fresh(unit, 'variable')
  unit.variables.set(name, js)
  return js
}

export const isBound = (name: string, frame: Frame | undefined): boolean =>
  frame !== undefined && (frame.slots.has(name) || isBound(name, frame.outer))

export const isFunctionName = (unit: Unit, name: string): boolean =>
  isCompiled(name) || name === 'eval' || volatile.has(name) || unit.functions.some((each) => each.name === name)

const volatile = new Set(['now', 'millis', 'random', 'shuffle'])

/** A function by its name alone. */
function functionValue(unit: Unit, name: string, node: Node): string {
  if (unit.functions.some((each) => each.name === name)) {
    return declare(unit, 'function', `${use(unit, 'connectedValue')}(functions[${literal(name)}].checked)`)
  }
  if (!isCompiled(name)) throw new Refusal(name === 'eval' ? '$eval' : 'another answer each time', node)
  return declare(unit, 'function', `${use(unit, 'nativeValue')}(${literal(name)})`)
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
    const { type, value, keepArray, keepSingletonArray, consarray } = each
    if (keepArray === true || keepSingletonArray === true || consarray === true) return true
    if (type !== 'variable' || !sequential.has(String(value))) return false
    return value === 'distinct' || !called.has(each) || ends.has(each as unknown as Node)
  })
}
