/** Emits blocks, and the names bound in them. */
import type { Node } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import {
  type CodeKind,
  type CompilationUnit,
  type EmitSite,
  type EmittedCode,
  indent,
  type NodeEmitter,
  type VariableSlot,
  withSite,
} from './compilation-unit.ts'
import { emitValue } from './emit-value.ts'
import { createFrame, declareUnboundMarker } from './scope.ts'

/** `name := value` anywhere within an expression. */
export function emitBind(unit: CompilationUnit, node: Node, site: EmitSite, kind: CodeKind): EmittedCode {
  if (site.concurrent) throw new NotCompilable('variable bound in an array or an object', node)
  const slot = findSlot(node, site)
  slot.mayBeUnbound = true
  slot.alwaysBound = false
  return { js: `(${slot.js} = ${emitValue(unit, node.rhs as Node, site)})`, kind }
}

function findSlot(node: Node, site: EmitSite): VariableSlot {
  const slot = site.frame.slots.get(String((node.lhs as Node).value))
  if (slot === undefined) throw new NotCompilable('variable bound in a path', node)
  return slot
}

/** Statements in sequence, in a frame of their own. `emitLast` emits the one that gives the result. */
export function emitBlock(unit: CompilationUnit, node: Node, site: EmitSite, emitLast: NodeEmitter): string {
  const nodes = node.expressions ?? []
  const frame = createFrame(unit, nodes, site.frame)
  const [only] = nodes
  const inner = withSite(site, { frame, concurrent: false })
  if (only === undefined) return 'undefined'
  if (nodes.length === 1 && frame.slots.size === 0) return emitLast(unit, only, inner)
  return `(() => {\n  ${indent(emitStatements(unit, nodes, inner, emitLast))}\n})()`
}

/** Returns the last one. Emits all statements before writing any: a later one may turn a constant into a variable. */
function emitStatements(unit: CompilationUnit, nodes: readonly Node[], site: EmitSite, emitLast: NodeEmitter): string {
  const statements = nodes.map((node, i) => {
    const isLast = i === nodes.length - 1
    if (node.type === 'bind' && !node.predicate && !node.group) return emitBindStatement(unit, node, site, isLast)
    const code = isLast ? emitLast(unit, node, site) : emitValue(unit, node, site)
    return () => (isLast ? `return ${code};` : `${code};`)
  })
  const slots = [...site.frame.slots.values()].filter((slot) => slot.mayBeUnbound)
  const declarations = slots.map(({ js }) => `let ${js} = ${declareUnboundMarker(unit)};`)
  return [...declarations, ...statements.map((write) => write())].join('\n')
}

/** A constant, unless the name is also bound or read elsewhere. */
function emitBindStatement(unit: CompilationUnit, node: Node, site: EmitSite, isLast: boolean): () => string {
  const slot = findSlot(node, site)
  const inner = withSite(site, { level: site.level + 1 })
  if (slot.alwaysBound) slot.mayBeUnbound = true
  // A function may call itself.
  if (node.rhs?.type === 'lambda') slot.alwaysBound = true
  const code = emitValue(unit, node.rhs as Node, inner)
  slot.alwaysBound = true
  const result = isLast ? `\nreturn ${slot.js};` : ''
  return () => `${slot.mayBeUnbound ? '' : 'const '}${slot.js} = ${code};${result}`
}
