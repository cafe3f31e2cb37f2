/** Syntax tree to source, one function for each kind of node. */
import type { Node } from '../ast.ts'
import { type Code, declare, type EmitSite, indent, NotCompilable, type Unit, use, within } from './compilation-unit.ts'
import { emitBind, emitBlock } from './emit-block.ts'
import { emitApply, emitCall, emitLambda } from './emit-call.ts'
import { emitGroup, emitList, emitObject } from './emit-object.ts'
import { emitPartial, emitTransform } from './emit-partial.ts'
import { emitFilter, emitPath } from './emit-path.ts'
import { emitRowFilter, emitRowGroup, givesRows, makesRows, namesWithin } from './emit-tuples.ts'
import { literal } from './literal.ts'
import { resolve, resolveParent } from './scope.ts'

/** A node as a value. */
export const emit = (unit: Unit, node: Node, place: EmitSite): string =>
  settled(unit, node, emitUnwrapped(unit, node, place))

/** A node as a value, and whether it is a test. */
export function emitAny(unit: Unit, node: Node, place: EmitSite): Code {
  const code = emitUnwrapped(unit, node, place)
  return { js: settled(unit, node, code), kind: code.kind === 'test' ? 'test' : 'value' }
}

/** A node as a condition: what JavaScript takes as true exactly where JSONata does. */
export function emitTest(unit: Unit, node: Node, place: EmitSite): string {
  const { js, kind } = emitAny(unit, node, place)
  return kind === 'test' ? js : `${use(unit, 'truthy')}(${js})`
}

/** A node as a step that may give rows, which no other place knows what to do with. */
export const emitRows = (unit: Unit, node: Node, place: EmitSite): string =>
  finished(unit, node, emitUnwrapped(unit, node, place))

function settled(unit: Unit, node: Node, code: Code): string {
  if (givesRows(node)) throw new NotCompilable('parent operator', node)
  return finished(unit, node, code)
}

function finished(unit: Unit, node: Node, { js, kind }: Code): string {
  if (kind !== 'raw') return js
  const kept = isKept(node) ? `${use(unit, 'keep')}(${js})` : js
  return `${use(unit, unit.remembers ? 'toRememberedArray' : 'value')}(${kept})`
}

const isKept = (node: Node): boolean => (node as { keepArray?: boolean }).keepArray === true

/** A node with its filters and its grouping, before it becomes a value. */
export function emitUnwrapped(unit: Unit, node: Node, outer: EmitSite): Code {
  const place = within(outer, { level: outer.level + 1 })
  place.deepest.level = Math.max(place.deepest.level, place.level)
  let code = emitNode(unit, node, place)
  if (node.type === 'path') return code
  if (makesRows(node)) return emitOnRows(unit, node, code, place)
  for (const stage of node.predicate ?? []) code = emitFilter(unit, code, stage, place)
  return node.group ? emitGroup(unit, code.js, node.group.lhs, place) : code
}

/** A block that gives rows, with its filters and its grouping. */
function emitOnRows(unit: Unit, node: Node, { js, kind }: Code, place: EmitSite): Code {
  const names = namesWithin(node)
  let rows = js
  for (const stage of node.predicate ?? []) rows = emitRowFilter(unit, rows, stage, place, names, 'Made')
  return node.group ? emitRowGroup(unit, rows, node.group.lhs, place, names) : { js: rows, kind }
}

function emitNode(unit: Unit, node: Node, place: EmitSite): Code {
  // What is read may be a remembered sequence; elsewhere it is a value.
  const read = unit.remembers ? 'raw' : 'value'
  switch (node.type) {
    case 'path':
      return emitPath(unit, node, place)
    case 'string':
    case 'number':
    case 'value':
      if (node.value === undefined) throw new NotCompilable(LEFT_OPERAND_REASON, node)
      return { js: literal(node.value as string), kind: typeof node.value === 'boolean' ? 'test' : 'value' }
    case 'variable':
      return {
        js: node.value === '' ? `${use(unit, 'self')}(${place.context.item})` : resolve(unit, node, place),
        kind: read,
      }
    case 'binary':
      return emitBinary(unit, node, place)
    case 'unary':
      if (node.value === '[') return emitList(unit, node, place)
      if (node.value === '{') return emitObject(unit, node, place)
      if (node.value !== '-') throw new NotCompilable(LEFT_OPERAND_REASON, node)
      return { js: `${use(unit, 'negate')}(${emit(unit, node.expression as Node, place)})`, kind: 'value' }
    case 'condition':
      return emitCondition(unit, node, place, read)
    case 'parent':
      return { js: resolveParent(unit, node.slot?.label ?? '', place), kind: read }
    case 'block':
      return { js: emitBlock(unit, node, place, makesRows(node) ? emitRows : emit), kind: 'raw' }
    case 'bind':
      return emitBind(unit, node, place, read)
    case 'function':
      return emitCall(unit, node, place)
    case 'apply':
      return emitApply(unit, node, place)
    case 'partial':
      return emitPartial(unit, node, place)
    case 'transform':
      return emitTransform(unit, node, place)
    case 'lambda':
      return emitLambda(unit, node, place)
    case 'wildcard':
    case 'descendant':
      if (place.context.unlike) throw new NotCompilable('list at the start of a path', node)
      return {
        js: `${use(unit, `${node.type}${node.type === 'wildcard' ? '' : 's'}`)}(${place.context.item})`,
        kind: 'raw',
      }
    case 'regex': {
      if (!(node.value instanceof RegExp)) throw new NotCompilable(LEFT_OPERAND_REASON, node)
      const { source, flags } = node.value as RegExp
      return { js: `${use(unit, 'regex')}(${literal(source)}, ${literal(flags)})`, kind: 'value' }
    }
    default:
      throw new NotCompilable('unknown syntax', node)
  }
}

/** The parser makes the condition of `??` and `?:` by a copy through JSON, which loses operators and patterns. */
export const LEFT_OPERAND_REASON = 'operator within the left side of ?? or ?:'

const operators: Readonly<Record<string, string>> = {
  ...{ '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'remainder', '&': 'concat', '..': 'range' },
  ...{ '=': 'equal', '!=': 'unequal', in: 'isIn' },
  ...{ '<': 'less', '<=': 'lessOrEqual', '>': 'greater', '>=': 'greaterOrEqual' },
}

const tests = new Set(['=', '!=', 'in', '<', '<=', '>', '>='])

function emitBinary(unit: Unit, node: Node, place: EmitSite): Code {
  const [left, right] = [node.lhs as Node, node.rhs as Node]
  const sign = String(node.value)
  if (sign === 'and' || sign === 'or') {
    const [first, second] = [emitBoolean(unit, left, place), emitBoolean(unit, right, place)]
    return { js: `(${first} ${sign === 'and' ? '&&' : '||'} ${second})`, kind: 'test' }
  }
  const words = sign === 'in' ? constants(unit, right) : undefined
  if (words !== undefined) return { js: `${use(unit, 'isIn')}(${emit(unit, left, place)}, ${words})`, kind: 'test' }
  const operator = operators[sign]
  if (operator === undefined) throw new NotCompilable(LEFT_OPERAND_REASON, node)
  const [first, second] = [emit(unit, left, place), emit(unit, right, place)]
  // What is written out equals only itself.
  if (sign === '=' && (isLiteral(left) || isLiteral(right))) return { js: `(${first} === ${second})`, kind: 'test' }
  const kind = sign === '..' ? 'raw' : tests.has(sign) ? 'test' : 'value'
  return { js: `${use(unit, operator)}(${first}, ${second})`, kind }
}

/** A list of constants that nothing else sees need not be made each time. */
function constants(unit: Unit, node: Node): string | undefined {
  const list =
    node.type === 'unary' && node.value === '[' && !node.predicate && !node.group ? node.expressions : undefined
  if (!list?.every((each) => isLiteral(each) && each.value !== undefined)) return undefined
  return declare(unit, 'list', `[${list.map(({ value }) => literal(value as string)).join(', ')}]`)
}

export const isLiteral = ({ type, predicate, group }: Node): boolean =>
  (type === 'string' || type === 'number' || type === 'value') && predicate === undefined && group === undefined

/** Always true or false, since it may be the result. */
function emitBoolean(unit: Unit, node: Node, place: EmitSite): string {
  const always = node.type === 'binary' && ['=', '!=', 'in', 'and', 'or'].includes(String(node.value))
  if (always && !node.predicate && !node.group) return emit(unit, node, place)
  return `${use(unit, 'truthy')}(${emit(unit, node, place)})`
}

function emitCondition(unit: Unit, node: Node, place: EmitSite, kind: Code['kind']): Code {
  return { js: conditional(unit, node, place, emit), kind }
}

export type Emit = (unit: Unit, node: Node, place: EmitSite) => string

/** Both branches may end a function, which is then another way to emit them. */
export function conditional(unit: Unit, node: Node, place: EmitSite, branch: Emit): string {
  const test = emitTest(unit, node.condition as Node, place)
  const otherwise = node.else === undefined ? 'undefined' : branch(unit, node.else, place)
  return `(${test}\n  ? ${indent(branch(unit, node.then as Node, place))}\n  : ${indent(otherwise)})`
}
