/** Finds the free names of an expression: variables it reads, and functions it calls. */
import {
  flattenPairs,
  getBareName,
  getBoundNames,
  getChildren,
  type Node,
  type Stage,
  walkNodes,
} from '../compiler/ast.ts'

export interface Reference {
  /** `passed`: an argument, the value of `:=`, or a branch or a part of a composition there. `bare`: called without its `$`. */
  readonly kind: 'variable' | 'passed' | 'call' | 'partial' | 'bare'
  /** Without `$`. */
  readonly name: string
  /** Offset after the name. */
  readonly end: number
  /** The number of arguments of a call. */
  readonly args: number
}

/** Names bound within the expression. Each block, lambda and path has its own. */
interface Scope {
  readonly names: Set<string>
  readonly outer?: Scope
}

/** By tree: both checking and linking read them. */
const cache = new WeakMap<Node, readonly Reference[]>()

/** Every free name of a syntax tree, in the order of the text. */
export function findReferences(root: Node): readonly Reference[] {
  const cached = cache.get(root)
  if (cached !== undefined) return cached
  const found: Reference[] = []
  visit(root, { names: new Set() }, found)
  cache.set(root, found)
  return found
}

const createScope = (outer: Scope): Scope => ({ names: new Set(), outer })

const isBound = (name: string, scope: Scope | undefined): boolean =>
  scope !== undefined && (scope.names.has(name) || isBound(name, scope.outer))

/** `isChained`: the left side of `~>` is an additional argument. */
function visit(node: Node, scope: Scope, found: Reference[], isChained = false): void {
  const descend = (child: Node | undefined, childScope = scope) => child && visit(child, childScope, found)
  switch (node.type) {
    case 'variable':
      addReference(node, scope, found, { kind: 'variable', args: 0 })
      break
    case 'function':
    case 'partial':
      visitCall(node, scope, found, isChained)
      break
    case 'apply':
      descend(node.lhs as Node)
      if (node.rhs) visitPassed(node.rhs, scope, found, true)
      break
    case 'lambda':
      descend(node.body, createLambdaScope(node, scope))
      break
    case 'block':
      visitBlock(node, scope, found, visit)
      break
    case 'bind':
      visitBind(node, scope, found)
      break
    case 'path':
      visitPath(node, createScope(scope), found)
      return
    default:
      for (const child of getChildren(node)) descend(child)
  }
  visitSuffix(node, scope, found)
}

type Visit = (node: Node, scope: Scope, found: Reference[]) => void

function createLambdaScope(node: Node, outer: Scope): Scope {
  return { names: new Set((node.arguments ?? []).map(({ value }) => String(value))), outer }
}

/** `visitLast`: for the statement whose value is that of the block. */
function visitBlock({ expressions = [] }: Node, outer: Scope, found: Reference[], visitLast: Visit): void {
  const own = createScope(outer)
  const later = findLaterNames(expressions)
  for (const [index, each] of expressions.entries()) {
    const isLambda = each.type === 'bind' && each.rhs?.type === 'lambda'
    if (isLambda) visitBind(each, own, found, later[index])
    else if (index === expressions.length - 1) visitLast(each, own, found)
    else visit(each, own, found)
  }
}

/** `later`: names that are bound before the bound function can be called. */
function visitBind({ lhs, rhs }: Node, scope: Scope, found: Reference[], later?: ReadonlySet<string>): void {
  const name = String((lhs as Node).value)
  if (rhs?.type === 'lambda') {
    // A function may call itself, so its name is bound within its own body.
    scope.names.add(name)
    const outer = later === undefined ? scope : { names: new Set(later), outer: scope }
    if (rhs.body) visitPassed(rhs.body, createLambdaScope(rhs, outer), found)
    visitSuffix(rhs, scope, found)
  } else if (rhs) visitPassed(rhs, scope, found)
  scope.names.add(name)
}

/**
 * For each statement of a block the names that its neighbours bind, as far as none of them can call a function of the
 * block: the functions among them see one another, whichever is bound first.
 */
function findLaterNames(statements: readonly Node[]): readonly (ReadonlySet<string> | undefined)[] {
  const lambdas = getBoundNames(statements.filter(({ rhs }) => rhs?.type === 'lambda'))
  if (lambdas.size === 0) return []
  let run: Set<string> | undefined
  return statements.map((statement) => {
    if (!isInert(statement, lambdas)) run = undefined
    else if (statement.type === 'bind') run = (run ?? new Set()).add(String((statement.lhs as Node).value))
    return run
  })
}

/** Whether evaluating a statement calls none of these functions. */
function isInert(statement: Node, lambdas: ReadonlySet<string>): boolean {
  if (statement.type === 'bind' && statement.rhs?.type === 'lambda') return true
  for (const { type, value } of walkNodes(statement)) {
    if (type === 'variable' && lambdas.has(String(value))) return false
  }
  return true
}

function visitPath(node: Node, scope: Scope, found: Reference[]): void {
  for (const step of node.steps ?? []) {
    visit(step, scope, found)
    if (step.focus) scope.names.add(step.focus)
    if (step.index) scope.names.add(step.index)
  }
  visitSuffix(node, scope, found)
}

/** Filters and grouping, which can follow any node. */
function visitSuffix(node: Node, scope: Scope, found: Reference[]): void {
  // `step@$v[filter]`: the filter already sees what its own step binds.
  if (node.focus) scope.names.add(node.focus)
  if (node.index) scope.names.add(node.index)
  for (const stage of [...(node.predicate ?? []), ...(node.stages ?? [])]) visitStage(stage, scope, found)
  for (const child of flattenPairs(node.group?.lhs)) visit(child, scope, found)
}

function visitStage(stage: Stage, scope: Scope, found: Reference[]): void {
  if (stage.type === 'index') scope.names.add(String(stage.value))
  if (stage.expr) visit(stage.expr, scope, found)
}

function visitCall(node: Node, scope: Scope, found: Reference[], isChained: boolean): void {
  const { procedure } = node
  const args = (node.arguments?.length ?? 0) + (isChained ? 1 : 0)
  const bare = procedure && getBareName(procedure)
  if (procedure?.type === 'variable') {
    addReference(procedure, scope, found, { kind: node.type === 'partial' ? 'partial' : 'call', args })
    visitSuffix(procedure, scope, found)
  } else if (procedure) {
    if (bare !== undefined) found.push({ kind: 'bare', name: bare, end: procedure.steps?.[0]?.position ?? 0, args })
    visitPassed(procedure, scope, found)
  }
  for (const argument of node.arguments ?? []) visitPassed(argument, scope, found)
}

/** A node where a function can stand uncalled, and so in its branches and the parts of a composition. */
function visitPassed(node: Node, scope: Scope, found: Reference[], isChained = false): void {
  const descend = (child: Node | undefined) => child && visitPassed(child, scope, found)
  if (node.predicate || node.group) visit(node, scope, found, isChained)
  else if (node.type === 'variable') addReference(node, scope, found, { kind: 'passed', args: 0 })
  else if (node.type === 'block') visitBlock(node, scope, found, visitPassed)
  else if (node.type === 'condition') {
    if (node.condition) visit(node.condition, scope, found)
    descend(node.then)
    descend(node.else)
  } else if (node.type === 'apply' && node.rhs?.type !== 'function') {
    descend(node.lhs as Node)
    if (node.rhs) visitPassed(node.rhs, scope, found, true)
  } else if (isFunctionList(node)) for (const each of node.expressions ?? []) descend(each)
  else visit(node, scope, found, isChained)
}

/** `[$trim, $lowercase]`. A single name in a list, or one beside values, is a forgotten call. */
const isFunctionList = ({ type, value, expressions = [] }: Node): boolean =>
  type === 'unary' &&
  value === '[' &&
  expressions.length > 1 &&
  expressions.every((each) => each.type === 'variable' || each.type === 'lambda')

function addReference(node: Node, scope: Scope, found: Reference[], details: Pick<Reference, 'kind' | 'args'>): void {
  const name = String(node.value)
  // `$` (the context) and `$$` (the input) are always bound. The parser creates nodes without a position for `??`.
  if (name === '' || name === '$' || node.position === undefined || isBound(name, scope)) return
  found.push({ ...details, name, end: node.position })
}
