/** Follows the paths of an expression through the declared fields of its input. */
import { flattenPairs, getBareName, getBoundNames, getChildren, type Node } from '../compiler/ast.ts'
import type { FunctionTable } from '../functions.ts'
import type { Parsed, Problem } from '../parse.ts'
import { callBuiltin, PRESENCE_ONLY, takesContext } from './builtin-calls.ts'
import { typeOfLiteral, typeOfOperation } from './computed-types.ts'
import { filteredPlural, takePosition } from './filters.ts'
import { checkArithmetic, checkConcatenation } from './problems/arithmetic.ts'
import { checkComparison } from './problems/comparisons.ts'
import { checkCall, checkFilter, checkOperands } from './problems/conditions.ts'
import { checkContradiction } from './problems/contradictions.ts'
import { checkPatterns } from './problems/patterns.ts'
import { checkRead } from './problems/reads.ts'
import { spanOf } from './problems/spans.ts'
import { checkTimeCall, checkTimeLiteral, checkTimeOperation } from './problems/times.ts'
import { bind, lookUp } from './scope.ts'
import * as values from './value.ts'
import { CONSTANT, compute, joinChanges, listChanges, listPresenceChanges, type Value } from './value.ts'
import {
  addRead,
  type FieldRead,
  guard,
  isGuarded,
  MAX_CALLS,
  report,
  type UnknownField,
  type VisitState,
  withScope,
} from './visit-state.ts'

export interface FieldCheck {
  /** The expression's result: its fields, and what can change it. */
  readonly result: Value
  readonly unknownFields: readonly UnknownField[]
  /** What contradicts the types of the fields. */
  readonly problems: readonly Problem[]
  readonly reads: readonly FieldRead[]
}

/**
 * Syntax that the check cannot follow yields an unknown shape and no unknown field: a false alarm about a correct
 * expression costs more than a missed typo. What can change a value is never missed: it may be reported in vain.
 */
export function followFields(
  { root, text }: Parsed,
  input: Value,
  variables: ReadonlyMap<string, Value>,
  functions: FunctionTable = [],
): FieldCheck {
  const found = { unknownFields: new Map<number, UnknownField>(), problems: new Map<string, Problem>(), reads: [] }
  const scope = { own: new Map(variables) }
  const limits = { calls: { left: MAX_CALLS }, guarded: new Set<string>() }
  const result = visit(root, { context: input, input, scope, text, functions, ...found, ...limits })
  return { ...found, result, unknownFields: [...found.unknownFields.values()], problems: [...found.problems.values()] }
}

function visit(node: Node, state: VisitState): Value {
  if (node.type === 'path') {
    const own = withScope(state)
    const result = (node.steps ?? []).reduce((context, step, index) => {
      const found = visitStep(step, { ...own, context })
      return index === 0 ? found : values.select(found, context.selections)
    }, state.context)
    const list = node.keepSingletonArray ? ({ ...result, plural: 'list' } as const) : result
    return visitGroup(node, list, own)
  }
  return visitGroup(node, visitFilters(node, visitBare(node, state), state), state)
}

/** `step@$focus` binds its result and keeps the context. Its filter already sees the name. */
function visitStep(step: Node, state: VisitState): Value {
  const { context } = state
  const isOfList = step.type === 'name' || step.type === 'sort'
  const found = isOfList
    ? visitBare(step, state)
    : values.forEachItem(visitBare(step, { ...state, context: values.single(context) }), context)
  if (step.index) bind(step.index, compute(found.selections), state.scope)
  if (step.focus) bind(step.focus, found, state.scope)
  const result = step.focus ? values.select(state.context, found.selections) : found
  return visitGroup(step, visitFilters(step, result, state), state)
}

function visitFilters(node: Node, unfiltered: Value, state: VisitState): Value {
  let value = unfiltered
  for (const { type, value: name, expr } of [...(node.predicate ?? []), ...(node.stages ?? [])]) {
    if (type === 'index') bind(String(name), compute(value.selections), state.scope)
    if (expr === undefined) continue
    const condition = expr.type === 'number' ? undefined : visit(expr, { ...state, context: values.single(value) })
    report(checkFilter(expr, condition, state.text), state)
    const filtered = condition ? values.selectItem(value, listChanges(condition)) : takePosition(value, expr)
    value = { ...filtered, plural: filteredPlural(node, value, expr, state.context) }
  }
  return value
}

/** `list{ key: value }` yields a new object. */
function visitGroup({ group }: Node, context: Value, state: VisitState): Value {
  if (group === undefined) return context
  const members = flattenPairs(group.lhs).map((child) => listChanges(visit(child, { ...state, context })))
  return compute(context.selections, ...members)
}

const VISITORS: Readonly<Record<string, (node: Node, state: VisitState) => Value>> = {
  name: visitField,
  function: (node, state) => visitCall(node, state),
  partial: (node, state) => ({ ...visitCall(node, state), shape: undefined }),
  apply: visitApply,
  transform: (node, state) => visitTransform(node, CONSTANT, state),
  lambda: visitLambda,
  wildcard: visitUntraced,
  descendant: visitUntraced,
  parent: visitUntraced,
  block: ({ expressions = [] }, state) => {
    const own = withScope(state)
    const visitStatement = (each: Node, index: number): Value => {
      const isFunction = each.rhs?.type === 'lambda'
      own.scope.later = isFunction ? getBoundNames(expressions.slice(index + 1)) : new Set()
      return visit(each, own)
    }
    return expressions.map(visitStatement).at(-1) ?? CONSTANT
  },
  bind: ({ lhs, rhs }, state) => {
    const value = rhs ? visit(rhs, state) : CONSTANT
    bind(String((lhs as Node).value), value, state.scope)
    return value
  },
  condition: visitCondition,
  sort: ({ terms = [] }, state) => {
    const changes = terms.map(({ expression }) => listChanges(visit(expression, state)))
    return values.selectItem(state.context, joinChanges(...changes))
  },
  unary: (node, state) => {
    if (node.value === '{') return visitObject(node, state)
    const children = getChildren(node)
    const found = children.map((child) => visit(child, children.length > 1 ? guard(state, 'all') : state))
    if (node.value !== '[') return compute(...found.map(listChanges))
    const list = found.length === 0 ? CONSTANT : found.reduce(values.unite)
    // `[a, b][0]` chooses between expressions, not among the items of a list.
    return { ...list, elements: found, plural: 'list', isUndeclared: found.length === 1 && list.isUndeclared === true }
  },
}

/** Conditions read what may be absent. `a ? a : b` has alternatives, as `or` has. */
function visitCondition({ condition, then, else: otherwise }: Node, state: VisitState): Value {
  const { reads } = state
  const start = reads.length
  const asked = condition ? visit(condition, guard(state, 'all')) : CONSTANT
  const paths = new Set(reads.slice(start).map(({ path }) => path))
  const middle = reads.length
  const found = then ? [visit(then, guard(state, paths))] : []
  const isAlternative = reads.slice(middle).some(({ path }) => paths.has(path))
  if (otherwise) found.push(visit(otherwise, guard(state, isAlternative ? 'all' : paths)))
  return values.select(found.reduce(values.unite), listPresenceChanges(asked))
}

function visitBare(node: Node, state: VisitState): Value {
  if (node.type === 'variable') return resolveVariable(node, state)
  const visitor = VISITORS[node.type]
  if (visitor) return visitor(node, state)
  const isLogical = node.value === 'and' || node.value === 'or'
  const own = node.value === 'or' ? guard(state, 'all') : state
  const found = getChildren(node).map((child) => visit(child, own))
  const [left, right] = found
  const result = compute(...found.map(isLogical ? listPresenceChanges : listChanges))
  if (node.type !== 'binary' || left === undefined || right === undefined)
    return { ...result, field: typeOfLiteral(node) }
  return { ...result, field: checkOperation(node, [left, right], state) }
}

function checkOperation(node: Node, [left, right]: readonly [Value, Value], state: VisitState): Value['field'] {
  const operation = { node, lhs: node.lhs as Node, rhs: node.rhs as Node, left, right, text: state.text }
  const isDeclared = state.context.shape !== undefined || state.input.shape !== undefined
  const problems = [
    ...checkArithmetic(operation, isDeclared),
    ...checkConcatenation(operation),
    ...checkComparison(operation),
    ...checkTimeOperation(operation),
    ...checkOperands(operation),
    ...checkContradiction(operation),
  ]
  report(problems, state)
  return problems.length > 0 ? undefined : typeOfOperation(node, left.field, right.field)
}

function resolveVariable({ value, position }: Node, state: VisitState): Value {
  const { context, input, scope } = state
  const name = String(value)
  if (name !== '' && name !== '$' && position !== undefined)
    addRead(`$${name}`, [position - name.length - 1, position], state)
  const found = name === '' ? context : name === '$' ? input : (lookUp(name, scope) ?? CONSTANT)
  return position === undefined ? found : values.placeChanges(found, [position - name.length - 1, position])
}

function visitField({ value, position }: Node, state: VisitState): Value {
  const { context, text, unknownFields } = state
  const name = String(value)
  const span = spanOf(name, position, text)
  report(checkRead(context, name, span, text), state)
  if (context.shape) addRead(`${context.shape.name}.${name}`, span, state)
  const found = values.readField(context, name, span)
  if (found !== undefined) return found
  if (position !== undefined && context.shape) {
    const path = `${context.shape.name}.${name}`
    unknownFields.set(span[0], { name, shape: context.shape, span, isGuarded: isGuarded(path, state) })
  }
  return CONSTANT
}

/** `*`, `**` and `%`. */
function visitUntraced({ type, value, position }: Node, { text }: VisitState): Value {
  const name = type === 'parent' ? '%' : String(value)
  return compute([{ kind: 'untraced', name, span: spanOf(name, position, text) }])
}

/** `{ key: value }`: its members, if every key is a literal. */
function visitObject({ lhs }: Node, state: VisitState): Value {
  const pairs = (lhs as readonly (readonly [Node, Node])[]).map(([key, value]) => {
    return { key, keyChanges: listChanges(visit(key, state)), member: visit(value, state) }
  })
  const all = compute(...pairs.flatMap(({ keyChanges, member }) => [keyChanges, listChanges(member)]))
  if (pairs.some(({ key }) => key.type !== 'string')) return all
  return { ...all, members: new Map(pairs.map(({ key, member }) => [String(key.value), member])) }
}

function visitCall({ procedure, arguments: args = [] }: Node, state: VisitState, ...chained: readonly Value[]): Value {
  const name = procedure?.type === 'variable' ? String(procedure.value) : ''
  const isNamed = name !== '' || (procedure !== undefined && getBareName(procedure) !== undefined)
  const callee = isNamed ? findCallee(name, procedure, state) : procedure && visit(procedure, state)
  const own = callee === undefined && PRESENCE_ONLY.has(name) ? guard(state, 'all') : state
  const given = [...chained, ...args.map((argument) => visit(argument, own))]
  if (callee === undefined) {
    const { context, text, functions } = state
    report(checkTimeCall(name, given[0]?.field, procedure?.position, functions), state)
    report(checkTimeLiteral(name, args[0], text), state)
    report(checkCall({ name, args, given, end: procedure?.position, text }), state)
    report(checkPatterns({ name, args, isChained: chained.length > 0, text, functions }), state)
    return callBuiltin({ name, given, last: args.at(-1), context, text, functions })
  }
  if (callee.call) return callee.call(given)
  const context = takesContext('', given.length, state.context) ? listChanges(state.context) : []
  return compute(listChanges(callee), ...given.map(listChanges), context)
}

function findCallee(name: string, { position }: Partial<Node> = {}, { scope }: VisitState): Value | undefined {
  const callee = lookUp(name, scope)
  if (callee === undefined || position === undefined) return callee
  return values.placeChanges(callee, [position - name.length - 1, position])
}

/** Its own changes are those of a call with constants. The body's `$` is that of the surrounding code. */
function visitLambda(node: Node, state: VisitState): Value {
  if (node.thunk) return node.body ? visit(node.body, state) : CONSTANT
  let isRunning = false
  const run = (args: readonly Value[], unknownFields: VisitState['unknownFields']): Value => {
    const own = { ...withScope(state), unknownFields }
    node.arguments?.forEach(({ value }, index) => {
      own.scope.own.set(String(value), args[index] ?? CONSTANT)
    })
    isRunning = true
    const result = node.body ? visit(node.body, own) : CONSTANT
    isRunning = false
    return result
  }
  const body = listChanges(run([], state.unknownFields))
  const call = (args: readonly Value[], isOnlyCall = false) =>
    isRunning || --state.calls.left < 0
      ? compute(body, ...args.map(listChanges))
      : run(args, isOnlyCall ? state.unknownFields : new Map())
  return { ...compute(body), call }
}

function visitApply({ lhs, rhs }: Node, state: VisitState): Value {
  const left = visit(lhs as Node, state)
  if (rhs === undefined) return left
  if (rhs.type === 'function') return visitCall(rhs, state, left)
  if (rhs.type === 'transform') return visitTransform(rhs, left, state)
  if (rhs.type === 'variable') return visitCall({ type: 'function', procedure: rhs }, state, left)
  const right = visit(rhs, state)
  return right.call?.([left]) ?? compute(listChanges(left), listChanges(right))
}

/** `| pattern | update, delete |`: the added fields are not declared. */
function visitTransform({ pattern, update, delete: remove }: Node, context: Value, state: VisitState): Value {
  const found = pattern ? visit(pattern, { ...state, context }) : CONSTANT
  const changes = [update, remove].map((node) => (node ? listChanges(visit(node, { ...state, context: found })) : []))
  return compute(listChanges(context), listChanges(found), ...changes)
}
