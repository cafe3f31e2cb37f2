/** Finds unknown fields by following the paths of an expression through the declared shape of its input. */
import { flattenPairs, getBareName, getChildren, type Node } from '../compiler/ast.ts'
import type { Parsed } from '../parse.ts'
import { type KnownShape, type Shape, uniteAllShapes, uniteShapes } from './shape.ts'

/** A field that none of the possible values has. */
export interface UnknownField {
  readonly name: string
  /** The shape of the value it is read from. */
  readonly shape: Shape
  /** Offsets into the expression's text. */
  readonly span: readonly [start: number, end: number]
}

export interface FieldCheck {
  /** The shape of the expression's result. */
  readonly result: KnownShape
  readonly unknownFields: readonly UnknownField[]
}

/**
 * `input` is the shape of the input, `variables` those of the bindings. Syntax that the check cannot follow yields an
 * unknown shape and no report: a false alarm about a correct expression costs more than a missed typo.
 */
export function findUnknownFields(
  { root, text }: Parsed,
  input: KnownShape,
  variables: ReadonlyMap<string, KnownShape>,
): FieldCheck {
  const unknownFields: UnknownField[] = []
  const result = visit(root, { context: input, input, scope: { own: new Map(variables) }, text, unknownFields })
  return { result, unknownFields }
}

/** The names bound in a block, lambda or path, and in the scopes around it. */
interface Scope {
  readonly own: Map<string, KnownShape>
  readonly outer?: Scope
}

interface VisitState {
  /** The shape of `$`, from which bare names are read. */
  readonly context: KnownShape
  /** The shape of `$$`. */
  readonly input: KnownShape
  readonly scope: Scope
  readonly text: string
  readonly unknownFields: UnknownField[]
}

const withScope = (state: VisitState): VisitState => ({ ...state, scope: { own: new Map(), outer: state.scope } })

const isBound = (name: string, scope: Scope | undefined): boolean =>
  scope !== undefined && (scope.own.has(name) || isBound(name, scope.outer))

const lookUp = (name: string, scope: Scope | undefined): KnownShape =>
  scope?.own.has(name) ? scope.own.get(name) : scope && lookUp(name, scope.outer)

/** A name bound twice may hold either value: the binding that runs is unknown here. */
function bind(name: string, value: KnownShape, scope: Scope): void {
  scope.own.set(name, isBound(name, scope) ? uniteShapes(lookUp(name, scope), value) : value)
}

function visit(node: Node, state: VisitState): KnownShape {
  if (node.type === 'path') {
    const own = withScope(state)
    const result = (node.steps ?? []).reduce((context, step) => visitStep(step, { ...own, context }), state.context)
    return visitGroup(node, result, own)
  }
  const result = visitBare(node, state)
  visitFilters(node, result, state)
  return visitGroup(node, result, state)
}

/** `step@$focus` binds its result and keeps the context. Its filter already sees the name. */
function visitStep(step: Node, state: VisitState): KnownShape {
  const found = visitBare(step, state)
  if (step.index) bind(step.index, undefined, state.scope)
  if (step.focus) bind(step.focus, found, state.scope)
  const result = step.focus ? state.context : found
  visitFilters(step, result, state)
  return visitGroup(step, result, state)
}

function visitFilters(node: Node, context: KnownShape, state: VisitState): void {
  for (const { type, value, expr } of [...(node.predicate ?? []), ...(node.stages ?? [])]) {
    if (type === 'index') bind(String(value), undefined, state.scope)
    if (expr) visit(expr, { ...state, context })
  }
}

/** `list{ key: value }` yields a new object. */
function visitGroup({ group }: Node, context: KnownShape, state: VisitState): KnownShape {
  for (const child of flattenPairs(group?.lhs)) visit(child, { ...state, context })
  return group === undefined ? context : undefined
}

const VISITORS: Readonly<Record<string, (node: Node, state: VisitState) => KnownShape>> = {
  name: visitField,
  function: (node, state) => visitCall(node, state),
  partial: (node, state) => void visitCall(node, state),
  apply: visitApply,
  transform: (node, state) => visitTransform(node, undefined, state),
  lambda: (node, state) => void visitLambda(node, [], state),
  block: ({ expressions = [] }, state) => {
    const own = withScope(state)
    return expressions.map((each) => visit(each, own)).at(-1)
  },
  bind: ({ lhs, rhs }, state) => {
    const value = rhs && visit(rhs, state)
    bind(String((lhs as Node).value), value, state.scope)
    return value
  },
  condition: (node, state) => {
    if (node.condition) visit(node.condition, state)
    return uniteAllShapes(
      [node.then, node.else].filter((branch) => branch !== undefined).map((branch) => visit(branch, state)),
    )
  },
  sort: ({ terms = [] }, state) => {
    for (const { expression } of terms) visit(expression, state)
    return state.context
  },
}

function visitBare(node: Node, state: VisitState): KnownShape {
  if (node.type === 'variable') return resolveVariable(String(node.value), state)
  const visitor = VISITORS[node.type]
  if (visitor) return visitor(node, state)
  const found = getChildren(node).map((child) => visit(child, state))
  return node.type === 'unary' && node.value === '[' ? uniteAllShapes(found) : undefined
}

function resolveVariable(name: string, { context, input, scope }: VisitState): KnownShape {
  if (name === '') return context
  return name === '$' ? input : lookUp(name, scope)
}

function visitField({ value, position }: Node, { context, text, unknownFields }: VisitState): KnownShape {
  const name = String(value)
  const key = context?.fields.has(name) ? name : '*'
  if (context === undefined || context.fields.has(key)) return context?.fields.get(key)
  if (position !== undefined) {
    // A quoted name ends before its quote.
    const start = Math.max(0, text.lastIndexOf(name, position - name.length))
    unknownFields.push({ name, shape: context, span: [start, start + name.length] })
  }
  return undefined
}

/** Functions that return their argument, or some of its elements. */
const SHAPE_PRESERVING: ReadonlySet<string> = new Set(['distinct', 'filter', 'reverse', 'shuffle', 'single', 'sort'])

/** The number of parameters of their callback that receive an element of the list. */
const ELEMENT_PARAMETERS: Readonly<Record<string, number>> = { filter: 1, map: 1, single: 1, sort: 2 }

/** `chained`: the left side of `~>`, which is the first argument. */
function visitCall(
  { procedure, arguments: args = [] }: Node,
  state: VisitState,
  ...chained: readonly KnownShape[]
): KnownShape {
  const calledName = procedure?.type === 'variable' ? String(procedure.value) : ''
  const name = isBound(calledName, state.scope) ? '' : calledName
  if (procedure && calledName === '' && getBareName(procedure) === undefined) visit(procedure, state)
  const shapes = [...chained]
  for (const argument of args) {
    const parameters = Array.from({ length: ELEMENT_PARAMETERS[name] ?? 0 }, () => shapes[0])
    shapes.push(argument.type === 'lambda' ? visitLambda(argument, parameters, state) : visit(argument, state))
  }
  if (name === 'append') return uniteShapes(shapes[0], shapes[1])
  if (name === 'map') return shapes[1]
  return SHAPE_PRESERVING.has(name) ? shapes[0] : undefined
}

/** The shape of its body's result. The body's `$` is that of the surrounding code. */
function visitLambda(node: Node, parameters: readonly KnownShape[], state: VisitState): KnownShape {
  const own = withScope(state)
  node.arguments?.forEach(({ value }, index) => {
    own.scope.own.set(String(value), parameters[index])
  })
  return node.body && visit(node.body, own)
}

function visitApply({ lhs, rhs }: Node, state: VisitState): KnownShape {
  const left = visit(lhs as Node, state)
  if (rhs?.type === 'function') return visitCall(rhs, state, left)
  if (rhs?.type === 'transform') return visitTransform(rhs, left, state)
  if (rhs) visit(rhs, state)
  return undefined
}

/** `| pattern | update, delete |`: the added fields are not declared. */
function visitTransform({ pattern, update, delete: remove }: Node, context: KnownShape, state: VisitState): undefined {
  const found = pattern && visit(pattern, { ...state, context })
  for (const node of [update, remove]) if (node) visit(node, { ...state, context: found })
}
