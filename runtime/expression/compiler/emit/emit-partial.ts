/** Emits partial applications and transforms. */
import type { Node } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import { isCompiled } from '../runtime/functions/builtin-functions.ts'
import {
  type CompilationUnit,
  createName,
  type EmitSite,
  type EmittedCode,
  type ScopeFrame,
  toArrowFunction,
  toItemSite,
  useLibrary,
  withSite,
} from './compilation-unit.ts'
import { emitValue } from './emit-value.ts'
import { toLiteral } from './literal.ts'
import { isBound, isFunctionName, resolveVariable } from './scope.ts'

/** `f(?, 1)`. */
export function emitPartial(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const procedure = node.procedure as Node
  const args = (node.arguments ?? []).map((argument) =>
    argument.type === 'operator' ? useLibrary(unit, 'PLACEHOLDER') : emitValue(unit, argument, site),
  )
  const name = String(procedure.value)
  const isPlain = !procedure.predicate && !procedure.group
  if (isPlain && procedure.type === 'variable' && !isBound(name, site.frame) && isFunctionName(unit, name)) {
    if (!isCompiled(name) || unit.functions.some((each) => each.name === name) || UNREADABLE_BUILTINS.has(name)) {
      throw new NotCompilable('partial application', node)
    }
    return { js: `${useLibrary(unit, 'partialBuiltin')}(${[toLiteral(name), ...args].join(', ')})`, kind: 'value' }
  }
  if (!isPlain || !isOwnFunction(procedure, site.frame)) throw new NotCompilable('partial application', node)
  const f = procedure.type === 'variable' ? resolveVariable(unit, procedure, site) : emitValue(unit, procedure, site)
  return { js: `${useLibrary(unit, 'partial')}(${[f, ...args].join(', ')})`, kind: 'value' }
}

/**
 * The interpreter parses the parameters out of a function's text, which fails for a default value and for no
 * parameters at all; and a partially applied `$sort` cannot call its argument.
 */
const UNREADABLE_BUILTINS = new Set(['string', 'zip', 'sort', 'random', 'millis'])

/** Defined in the expression and not received as an argument: a function passed as one cannot be applied partially. */
function isOwnFunction(node: Node, frame: ScopeFrame | undefined): boolean {
  if (isFunctionNode(node)) return true
  if (node.type !== 'variable' || frame === undefined) return false
  const slot = frame.slots.get(String(node.value))
  if (slot === undefined) return frame.tuple === undefined && isOwnFunction(node, frame.outer)
  return slot.alwaysBound && slot.values.length > 0 && slot.values.every(isFunctionNode)
}

const isFunctionNode = ({ type, predicate, group }: Node): boolean =>
  (type === 'lambda' || type === 'partial') && !predicate && !group

/** `|pattern|update, delete|`. */
export function emitTransform(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  if (isBound('clone', site.frame)) throw new NotCompilable('transform', node)
  const deepest = { level: 0 }
  const parts = [node.pattern, node.update, node.delete].filter((part) => part !== undefined)
  const functions = parts.map((part) => {
    const item = createName(unit, 'item')
    const inner = withSite(toItemSite(site, item), { level: 0, deepest, concurrent: true })
    return toArrowFunction(unit, item, emitValue(unit, part, inner))
  })
  return { js: `${useLibrary(unit, 'transform')}(${[deepest.level, ...functions].join(', ')})`, kind: 'value' }
}
