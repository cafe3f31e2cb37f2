/** Finds the free names of an expression: variables it reads, and functions it calls. */
import { flattenPairs, getBareName, getChildren, type Node, type Stage } from '../compiler/ast.ts'

export interface Reference {
  /** `passed`: an argument, or the value of `:=`. `bare`: called without its `$`. */
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
    case 'lambda': {
      const own = createScope(scope)
      for (const parameter of node.arguments ?? []) own.names.add(String(parameter.value))
      descend(node.body, own)
      break
    }
    case 'block': {
      const own = createScope(scope)
      for (const each of node.expressions ?? []) descend(each, own)
      break
    }
    case 'bind': {
      const name = String((node.lhs as Node).value)
      // A function may call itself, so its name is bound within its own body.
      if (node.rhs?.type === 'lambda') scope.names.add(name)
      if (node.rhs) visitPassed(node.rhs, scope, found)
      scope.names.add(name)
      break
    }
    case 'path':
      visitPath(node, createScope(scope), found)
      return
    default:
      for (const child of getChildren(node)) descend(child)
  }
  visitSuffix(node, scope, found)
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
    visit(procedure, scope, found)
  }
  for (const argument of node.arguments ?? []) visitPassed(argument, scope, found)
}

/** A node where a function can stand uncalled. */
function visitPassed(node: Node, scope: Scope, found: Reference[], isChained = false): void {
  const isPlain = node.type === 'variable' && !node.predicate && !node.group
  if (isPlain) addReference(node, scope, found, { kind: 'passed', args: 0 })
  else visit(node, scope, found, isChained)
}

function addReference(node: Node, scope: Scope, found: Reference[], details: Pick<Reference, 'kind' | 'args'>): void {
  const name = String(node.value)
  // `$` (the context) and `$$` (the input) are always bound. The parser creates nodes without a position for `??`.
  if (name === '' || name === '$' || node.position === undefined || isBound(name, scope)) return
  found.push({ ...details, name, end: node.position })
}
