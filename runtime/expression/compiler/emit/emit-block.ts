/** Blocks, and the names that are bound in them. */
import type { Node } from '../ast.ts'
import { type Code, type EmitSite, indent, NotCompilable, type Slot, type Unit, within } from './compilation-unit.ts'
import { type Emit, emit } from './emit.ts'
import { frameOf, unbound } from './scope.ts'

/** `name := value` somewhere within an expression. */
export function emitBind(unit: Unit, node: Node, place: EmitSite, kind: Code['kind']): Code {
  if (place.beside) throw new NotCompilable('variable bound in a list or an object', node)
  const slot = slotOf(node, place)
  slot.loose = true
  slot.sure = false
  return { js: `(${slot.js} = ${emit(unit, node.rhs as Node, place)})`, kind }
}

function slotOf(node: Node, place: EmitSite): Slot {
  const slot = place.frame.slots.get(String((node.lhs as Node).value))
  if (slot === undefined) throw new NotCompilable('variable bound in a path', node)
  return slot
}

/** Statements one after another, in a frame of their own. */
export function emitBlock(unit: Unit, node: Node, place: EmitSite, end: Emit): string {
  const parts = node.expressions ?? []
  const frame = frameOf(unit, parts, place.frame)
  const [only] = parts
  const inner = within(place, { frame, beside: false })
  if (only === undefined) return 'undefined'
  if (parts.length === 1 && frame.slots.size === 0) return end(unit, only, inner)
  const body = statements(unit, parts, inner, end)
  return `(() => {\n  ${indent(body)}\n})()`
}

/** The last of them is returned. */
function statements(unit: Unit, parts: readonly Node[], place: EmitSite, end: Emit): string {
  const written = parts.map((part, i) => {
    const isLast = i === parts.length - 1
    if (part.type === 'bind' && !part.predicate && !part.group) return binding(unit, part, place, isLast)
    const code = isLast ? end(unit, part, place) : emit(unit, part, place)
    return () => (isLast ? `return ${code};` : `${code};`)
  })
  const loose = [...place.frame.slots.values()].filter((slot) => slot.loose)
  const first = loose.map(({ js }) => `let ${js} = ${unbound(unit)};`)
  return [...first, ...written.map((write) => write())].join('\n')
}

/** A statement that binds: a constant, unless the name is bound or read in other places, too. */
function binding(unit: Unit, node: Node, place: EmitSite, isLast: boolean): () => string {
  const slot = slotOf(node, place)
  const level = within(place, { level: place.level + 1 })
  if (slot.sure) slot.loose = true
  // A function may call itself.
  if (node.rhs?.type === 'lambda') slot.sure = true
  const code = emit(unit, node.rhs as Node, level)
  slot.sure = true
  const given = isLast ? `\nreturn ${slot.js};` : ''
  return () => `${slot.loose ? '' : 'const '}${slot.js} = ${code};${given}`
}
