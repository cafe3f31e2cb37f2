/** Follows the paths of an expression through the declared fields of its input. */
import { flattenPairs, getBareName, getBoundNames, getChildren, type Node } from '../compiler/ast.ts'
import { BUILTIN_SIGNATURES } from '../compiler/runtime/functions/builtins.ts'
import type { Parsed, Problem } from '../parse.ts'
import { parseArity } from './arity.ts'
import { checkComparison, checkRead, checkTimeCall } from './field-problems.ts'
import { bind, lookUp, type Scope } from './scope.ts'
import type { Shape } from './shape.ts'
import * as values from './value.ts'
import { CONSTANT, compute, joinChanges, listChanges, listPresenceChanges, type Value } from './value.ts'

/** A field that none of the possible values has. */
export interface UnknownField {
  readonly name: string
  /** The shape of the value it is read from. */
  readonly shape: Shape
  /** Offsets into the expression's text. */
  readonly span: readonly [start: number, end: number]
}

export interface FieldCheck {
  /** The expression's result: its fields, and what can change it. */
  readonly result: Value
  readonly unknownFields: readonly UnknownField[]
  /** What contradicts the types of the fields. */
  readonly problems: readonly Problem[]
}

/**
 * Syntax that the check cannot follow yields an unknown shape and no unknown field: a false alarm about a correct
 * expression costs more than a missed typo. What can change a value is never missed: it may be reported in vain.
 */
export function followFields({ root, text }: Parsed, input: Value, variables: ReadonlyMap<string, Value>): FieldCheck {
  const found = { unknownFields: new Map<number, UnknownField>(), problems: new Map<string, Problem>() }
  const scope = { own: new Map(variables) }
  const result = visit(root, { context: input, input, scope, text, ...found, calls: { left: MAX_CALLS } })
  return { result, unknownFields: [...found.unknownFields.values()], problems: [...found.problems.values()] }
}

interface VisitState {
  /** `$`, from which bare names are read. */
  readonly context: Value
  /** `$$`. */
  readonly input: Value
  readonly scope: Scope
  readonly text: string
  /** By place: the body of a lambda is visited at each call. */
  readonly unknownFields: Map<number, UnknownField>
  /** By code and place: the tree holds the left side of `??` twice. */
  readonly problems: Map<string, Problem>
  readonly calls: { left: number }
}

/** Calls of lambdas that are followed in one expression: functions that call one another twice double the work. */
const MAX_CALLS = 200

const withScope = (state: VisitState): VisitState => ({ ...state, scope: { own: new Map(), outer: state.scope } })

function visit(node: Node, state: VisitState): Value {
  if (node.type === 'path') {
    const own = withScope(state)
    const result = (node.steps ?? []).reduce((context, step, index) => {
      const found = visitStep(step, { ...own, context })
      return index === 0 ? found : values.select(found, context.selections)
    }, state.context)
    return visitGroup(node, result, own)
  }
  return visitGroup(node, visitFilters(node, visitBare(node, state), state), state)
}

/** `step@$focus` binds its result and keeps the context. Its filter already sees the name. */
function visitStep(step: Node, state: VisitState): Value {
  const found = visitBare(step, state)
  if (step.index) bind(step.index, compute(found.selections), state.scope)
  if (step.focus) bind(step.focus, found, state.scope)
  const result = step.focus ? values.select(state.context, found.selections) : found
  return visitGroup(step, visitFilters(step, result, state), state)
}

function visitFilters(node: Node, unfiltered: Value, state: VisitState): Value {
  let value = unfiltered
  for (const { type, value: name, expr } of [...(node.predicate ?? []), ...(node.stages ?? [])]) {
    if (type === 'index') bind(String(name), compute(value.selections), state.scope)
    if (expr?.type === 'number') value = takePosition(value, expr)
    else if (expr) value = values.selectItem(value, listChanges(visit(expr, { ...state, context: value })))
  }
  return value
}

/** A declared list is a change already, and `[a, b][0]` has no items but those of the expression. */
function takePosition(value: Value, { value: index, position = 0 }: Node): Value {
  const name = `[${index}]`
  const span = [position - name.length + 1, position + 1] as const
  return value.isUndeclared ? values.select(value, [{ kind: 'position', name, span }]) : value
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
  condition: (node, state) => {
    const condition = node.condition ? listPresenceChanges(visit(node.condition, state)) : []
    const branches = [node.then, node.else].filter((branch) => branch !== undefined)
    return values.select(branches.map((branch) => visit(branch, state)).reduce(values.unite), condition)
  },
  sort: ({ terms = [] }, state) => {
    const changes = terms.map(({ expression }) => listChanges(visit(expression, state)))
    return values.selectItem(state.context, joinChanges(...changes))
  },
  unary: (node, state) => {
    if (node.value === '{') return visitObject(node, state)
    const found = getChildren(node).map((child) => visit(child, state))
    if (node.value !== '[' || found.length === 0) return compute(...found.map(listChanges))
    const list = found.reduce(values.unite)
    // `[a, b][0]` chooses between expressions, not among the items of a list.
    return found.length > 1 ? { ...list, isUndeclared: false } : list
  },
}

function visitBare(node: Node, state: VisitState): Value {
  if (node.type === 'variable') return resolveVariable(node, state)
  const visitor = VISITORS[node.type]
  if (visitor) return visitor(node, state)
  const isLogical = node.value === 'and' || node.value === 'or'
  const found = getChildren(node).map((child) => visit(child, state))
  const [left = CONSTANT, right = CONSTANT] = found
  report(checkComparison(node, left.field, right.field, state.text), state)
  return compute(...found.map(isLogical ? listPresenceChanges : listChanges))
}

function report(found: readonly Problem[], { problems }: VisitState): void {
  for (const problem of found) problems.set(`${problem.code} ${problem.span}`, problem)
}

function resolveVariable({ value, position }: Node, { context, input, scope }: VisitState): Value {
  const name = String(value)
  const found = name === '' ? context : name === '$' ? input : (lookUp(name, scope) ?? CONSTANT)
  return position === undefined ? found : values.placeChanges(found, [position - name.length - 1, position])
}

function visitField({ value, position }: Node, state: VisitState): Value {
  const { context, text, unknownFields } = state
  const name = String(value)
  const span = spanOf(name, position, text)
  report(checkRead(context.field, name, span), state)
  const found = values.readField(context, name, span)
  if (found !== undefined) return found
  if (position !== undefined && context.shape) unknownFields.set(span[0], { name, shape: context.shape, span })
  return CONSTANT
}

/** A quoted name ends before its quote. The parser gives `%` no position. */
function spanOf(name: string, position: number | undefined, text: string): readonly [start: number, end: number] {
  const start = Math.max(0, text.lastIndexOf(name, (position ?? text.length) - name.length))
  return [start, start + name.length]
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

/** Functions that return their argument, or some of its elements. */
const ELEMENT_PRESERVING: ReadonlySet<string> = new Set(['distinct', 'filter', 'reverse', 'shuffle', 'single', 'sort'])

/** Functions that only look whether their argument is there. */
const PRESENCE_ONLY: ReadonlySet<string> = new Set(['boolean', 'exists', 'not'])

/** The number of parameters of their callback that receive an element of the list. */
const ELEMENT_PARAMETERS: Readonly<Record<string, number>> = { filter: 1, map: 1, single: 1, sort: 2 }

/** `chained`: the left side of `~>`, which is the first argument. */
function visitCall({ procedure, arguments: args = [] }: Node, state: VisitState, ...chained: readonly Value[]): Value {
  const name = procedure?.type === 'variable' ? String(procedure.value) : ''
  const isNamed = name !== '' || (procedure !== undefined && getBareName(procedure) !== undefined)
  const callee = isNamed ? findCallee(name, procedure, state) : procedure && visit(procedure, state)
  const given = [...chained, ...args.map((argument) => visit(argument, state))]
  if (callee === undefined) {
    report(checkTimeCall(name, given[0]?.field, procedure?.position), state)
    return callBuiltin(name, given, args.at(-1), state)
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

/** `last`: the last argument as written. A lambda there has no other caller, so its unknown fields are known. */
function callBuiltin(name: string, given: readonly Value[], last: Node | undefined, state: VisitState): Value {
  const [first = CONSTANT, second = CONSTANT] = given
  const callback = given.findLast(({ call }) => call)
  const parameters = Array.from({ length: ELEMENT_PARAMETERS[name] ?? 0 }, () => first)
  const called = callback?.call?.(parameters, last?.type === 'lambda')
  const changes = given.map((value) => listChanges(value === callback && called ? called : value))
  if (name === 'append') return values.unite(first, second)
  if (name === 'map' && called) return values.select(called, first.selections)
  if (name === 'lookup' && last?.type === 'string') {
    const name = String(last.value)
    return values.readField(first, name, spanOf(name, last.position, state.text)) ?? compute(listChanges(first))
  }
  if (ELEMENT_PRESERVING.has(name)) return values.selectItem(first, joinChanges(...changes.slice(1)))
  if (PRESENCE_ONLY.has(name) && given.length > 0) return compute(listPresenceChanges(first))
  return compute(...changes, takesContext(name, given.length, state.context) ? listChanges(state.context) : [])
}

/**
 * Whether an absent argument may be the context: `title.$substring(0, 5)`. No function takes an object for a text. One
 * without a name may be any.
 */
function takesContext(name: string, args: number, context: Value): boolean {
  const signature = Object.hasOwn(BUILTIN_SIGNATURES, name) ? BUILTIN_SIGNATURES[name] : undefined
  const mayTake = signature === undefined ? args === 0 : signature.includes('-') && args < parseArity(signature).max
  return (mayTake || name === '') && (args === 0 || (context.shape === undefined && !values.isRecord(context)))
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
