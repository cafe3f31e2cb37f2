/** Dispatches each type of node to its emitter. Emitters call back through the compilation unit. */
import type { Node } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import { analyzeBacktracking } from '../regex/redos.ts'
import { type CompilationUnit, type EmitSite, type EmittedCode, useLibrary, withSite } from './compilation-unit.ts'
import { emitBind, emitBlock } from './emit-block.ts'
import { emitApply, emitCall, emitLambda } from './emit-call.ts'
import { emitArray, emitGroup, emitObject } from './emit-object.ts'
import { emitPartial, emitTransform } from './emit-partial.ts'
import { emitPath } from './emit-path.ts'
import { emitFilter } from './emit-step.ts'
import { emitTupleFilter, emitTupleGroup } from './emit-tuples.ts'
import { emitBinary, emitConditional, emitTupleValue, emitValue } from './emit-value.ts'
import { toLiteral } from './literal.ts'
import { resolveParent, resolveVariable } from './scope.ts'
import { findBlockNames, makesTuples } from './tuple-names.ts'

/** A node with its filters and its grouping, before it becomes a value. */
export function emitNode(unit: CompilationUnit, node: Node, outer: EmitSite): EmittedCode {
  const site = withSite(outer, { level: outer.level + 1 })
  site.deepest.level = Math.max(site.deepest.level, site.level)
  let code = emitBare(unit, node, site)
  if (node.type === 'path') return code
  if (makesTuples(node)) return emitOnTuples(unit, node, code, site)
  for (const stage of node.predicate ?? []) code = emitFilter(unit, code, stage, site)
  return node.group ? emitGroup(unit, code.js, node.group.lhs, site) : code
}

/** The filters and the grouping of a block that may yield tuples. */
function emitOnTuples(unit: CompilationUnit, node: Node, { js, kind }: EmittedCode, site: EmitSite): EmittedCode {
  const names = findBlockNames(node)
  let tuples = js
  for (const stage of node.predicate ?? []) {
    tuples = emitTupleFilter(unit, { stage, source: tuples, site, names, of: 'Block' })
  }
  return node.group
    ? emitTupleGroup(unit, { pairs: node.group.lhs, source: tuples, site, names })
    : { js: tuples, kind }
}

/** A node without its filters and its grouping. */
function emitBare(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  // Names may be bound to a remembered sequence; elsewhere they hold values.
  const kind = unit.tracksSequences ? 'raw' : 'value'
  switch (node.type) {
    case 'path':
      return emitPath(unit, node, site)
    case 'string':
    case 'number':
    case 'value':
      return { js: toLiteral(node.value as string), kind: typeof node.value === 'boolean' ? 'test' : 'value' }
    case 'variable':
      return { js: emitVariable(unit, node, site), kind }
    case 'binary':
      return emitBinary(unit, node, site)
    case 'unary':
      return emitUnary(unit, node, site)
    case 'condition':
      return { js: emitConditional(unit, node, site, emitValue), kind }
    case 'parent':
      return { js: resolveParent(unit, node.slot?.label ?? '', site), kind }
    case 'block':
      return { js: emitBlock(unit, node, site, makesTuples(node) ? emitTupleValue : emitValue), kind: 'raw' }
    case 'bind':
      return emitBind(unit, node, site, kind)
    case 'function':
      return emitCall(unit, node, site)
    case 'apply':
      return emitApply(unit, node, site)
    case 'partial':
      return emitPartial(unit, node, site)
    case 'transform':
      return emitTransform(unit, node, site)
    case 'lambda':
      return emitLambda(unit, node, site)
    case 'wildcard':
    case 'descendant':
      if (site.context.unavailable) throw new NotCompilable('array constructor at the start of a path', node)
      return {
        js: `${useLibrary(unit, node.type === 'wildcard' ? 'wildcard' : 'descendants')}(${site.context.item})`,
        kind: 'raw',
      }
    case 'regex':
      return emitRegex(unit, node)
    default:
      throw new NotCompilable('unknown syntax', node)
  }
}

const emitVariable = (unit: CompilationUnit, node: Node, site: EmitSite): string =>
  node.value === '' ? `${useLibrary(unit, 'contextItem')}(${site.context.item})` : resolveVariable(unit, node, site)

function emitUnary(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  if (node.value === '[') return emitArray(unit, node, site)
  if (node.value === '{') return emitObject(unit, node, site)
  if (node.value !== '-') throw new NotCompilable('unknown syntax', node)
  return { js: `${useLibrary(unit, 'negate')}(${emitValue(unit, node.expression as Node, site)})`, kind: 'value' }
}

function emitRegex(unit: CompilationUnit, node: Node): EmittedCode {
  if (!(node.value instanceof RegExp)) throw new NotCompilable('unknown syntax', node)
  const { source, flags } = node.value
  const { power, ways } = analyzeBacktracking(node.value)
  const args = [source, flags, power, ...(ways === undefined ? [] : [ways])]
  return { js: `${useLibrary(unit, 'regex')}(${args.map(toLiteral).join(', ')})`, kind: 'value' }
}
