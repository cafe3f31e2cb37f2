/** Emits a node as a value, a test or a tuple stream: the entry points that all emitters share. */
import type { Node } from '../ast.ts'
import { NotCompilable } from '../not-compilable.ts'
import {
  type CompilationUnit,
  declareConstant,
  type EmitSite,
  type EmittedCode,
  indent,
  type NodeEmitter,
  useLibrary,
} from './compilation-unit.ts'
import { toLiteral } from './literal.ts'
import { yieldsTuples } from './tuple-names.ts'

/** A node as a value. */
export const emitValue: NodeEmitter = (unit, node, site) => convertToValue(unit, node, unit.emitNode(unit, node, site))

/** A node as a value, and whether it is a test. */
export function emitTyped(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const code = unit.emitNode(unit, node, site)
  return { js: convertToValue(unit, node, code), kind: code.kind === 'test' ? 'test' : 'value' }
}

/** A node as a condition: truthy in JavaScript exactly where it is in JSONata. */
export function emitTest(unit: CompilationUnit, node: Node, site: EmitSite): string {
  const { js, kind } = emitTyped(unit, node, site)
  return kind === 'test' ? js : `${useLibrary(unit, 'truthy')}(${js})`
}

/** A node as a step that may yield a tuple stream, which no other site can handle. */
export const emitTupleValue: NodeEmitter = (unit, node, site) => finish(unit, node, unit.emitNode(unit, node, site))

function convertToValue(unit: CompilationUnit, node: Node, code: EmittedCode): string {
  if (yieldsTuples(node)) throw new NotCompilable('parent operator', node)
  return finish(unit, node, code)
}

const finish = (unit: CompilationUnit, node: Node, { js, kind }: EmittedCode): string =>
  kind === 'raw' ? convertSequence(unit, node, js) : js

/** A sequence as a value, and as an array even of one item where `[]` asks for it. */
export function convertSequence(unit: CompilationUnit, { keepArray }: Node, js: string): string {
  const kept = keepArray ? `${useLibrary(unit, 'keepArray')}(${js})` : js
  return `${useLibrary(unit, unit.tracksSequences ? 'toRememberedArray' : 'toValue')}(${kept})`
}

/** A conditional. Either branch may be in tail position, and is then emitted by another `branch`. */
export function emitConditional(unit: CompilationUnit, node: Node, site: EmitSite, branch: NodeEmitter): string {
  const test = emitTest(unit, node.condition as Node, site)
  const otherwise = node.else === undefined ? 'undefined' : branch(unit, node.else, site)
  return `(${test}\n  ? ${indent(branch(unit, node.then as Node, site))}\n  : ${indent(otherwise)})`
}

const OPERATOR_FUNCTIONS: Readonly<Record<string, string>> = {
  ...{ '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'remainder', '&': 'concat', '..': 'range' },
  ...{ '=': 'equal', '!=': 'unequal', in: 'isIn' },
  ...{ '<': 'less', '<=': 'lessOrEqual', '>': 'greater', '>=': 'greaterOrEqual' },
}

const TEST_OPERATORS = new Set(['=', '!=', 'in', '<', '<=', '>', '>='])

export function emitBinary(unit: CompilationUnit, node: Node, site: EmitSite): EmittedCode {
  const [left, right] = [node.lhs as Node, node.rhs as Node]
  const operator = String(node.value)
  if (operator === 'and' || operator === 'or') {
    const [first, second] = [emitBoolean(unit, left, site), emitBoolean(unit, right, site)]
    return { js: `(${first} ${operator === 'and' ? '&&' : '||'} ${second})`, kind: 'test' }
  }
  const list = operator === 'in' ? emitConstantList(unit, right) : undefined
  if (list !== undefined) {
    return { js: `${useLibrary(unit, 'isIn')}(${emitValue(unit, left, site)}, ${list})`, kind: 'test' }
  }
  const name = OPERATOR_FUNCTIONS[operator]
  if (name === undefined) throw new NotCompilable('unknown syntax', node)
  const [first, second] = [emitValue(unit, left, site), emitValue(unit, right, site)]
  // A literal equals only itself.
  if (operator === '=' && (isLiteral(left) || isLiteral(right))) {
    return { js: `(${first} === ${second})`, kind: 'test' }
  }
  const kind = operator === '..' ? 'raw' : TEST_OPERATORS.has(operator) ? 'test' : 'value'
  return { js: `${useLibrary(unit, name)}(${first}, ${second})`, kind }
}

/** A list of literals that no other code sees is built once, not on every evaluation. */
function emitConstantList(unit: CompilationUnit, node: Node): string | undefined {
  const list =
    node.type === 'unary' && node.value === '[' && !node.predicate && !node.group ? node.expressions : undefined
  if (!list?.every((item) => isLiteral(item) && item.value !== undefined)) return undefined
  return declareConstant(unit, 'list', `[${list.map(({ value }) => toLiteral(value as string)).join(', ')}]`)
}

export const isLiteral = ({ type, predicate, group }: Node): boolean =>
  (type === 'string' || type === 'number' || type === 'value') && predicate === undefined && group === undefined

/** Always true or false, since it may be the result. */
function emitBoolean(unit: CompilationUnit, node: Node, site: EmitSite): string {
  const isBoolean = node.type === 'binary' && ['=', '!=', 'in', 'and', 'or'].includes(String(node.value))
  if (isBoolean && !node.predicate && !node.group) return emitValue(unit, node, site)
  return `${useLibrary(unit, 'truthy')}(${emitValue(unit, node, site)})`
}
