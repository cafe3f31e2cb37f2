/** Which names an expression takes from outside: variables it reads, functions it calls. */
import { bareName, children, type Node, pairs, type Stage } from '../compiler/ast.ts'

export interface Reference {
  /** `passed`: as it is, to a function or a name. `bare`: called without its `$`. */
  readonly kind: 'variable' | 'passed' | 'call' | 'partial' | 'bare'
  /** Without `$`. */
  readonly name: string
  /** Offset after the name. */
  readonly end: number
  /** How many arguments a call is given. */
  readonly args: number
}

/** Names bound within the expression. Each block, lambda and path has its own. */
interface Scope {
  readonly names: Set<string>
  readonly outer?: Scope
}

/** By tree: the check and the linking both ask. */
const walked = new WeakMap<Node, readonly Reference[]>()

/** Every free name of a syntax tree, in the order of the text. */
export function references(root: Node): readonly Reference[] {
  const known = walked.get(root)
  if (known !== undefined) return known
  const found: Reference[] = []
  visit(root, { names: new Set() }, found)
  walked.set(root, found)
  return found
}

const inner = (outer: Scope): Scope => ({ names: new Set(), outer })

const isBound = (name: string, scope: Scope | undefined): boolean =>
  scope !== undefined && (scope.names.has(name) || isBound(name, scope.outer))

/** `piped`: the left side of `~>` is one argument more. */
function visit(node: Node, scope: Scope, found: Reference[], piped = false): void {
  const go = (child: Node | undefined, within = scope) => child && visit(child, within, found)
  switch (node.type) {
    case 'variable':
      note(node, scope, found, { kind: 'variable', args: 0 })
      break
    case 'function':
    case 'partial':
      visitCall(node, scope, found, piped)
      break
    case 'apply':
      go(node.lhs as Node)
      if (node.rhs) pass(node.rhs, scope, found, true)
      break
    case 'lambda': {
      const own = inner(scope)
      for (const parameter of node.arguments ?? []) own.names.add(String(parameter.value))
      go(node.body, own)
      break
    }
    case 'block': {
      const own = inner(scope)
      for (const each of node.expressions ?? []) go(each, own)
      break
    }
    case 'bind': {
      const name = String((node.lhs as Node).value)
      // A function may call itself, so its name is bound within its own body.
      if (node.rhs?.type === 'lambda') scope.names.add(name)
      if (node.rhs) pass(node.rhs, scope, found)
      scope.names.add(name)
      break
    }
    case 'path':
      visitPath(node, inner(scope), found)
      return
    default:
      for (const child of children(node)) go(child)
  }
  visitTail(node, scope, found)
}

function visitPath(node: Node, scope: Scope, found: Reference[]): void {
  for (const step of node.steps ?? []) {
    visit(step, scope, found)
    if (step.focus) scope.names.add(step.focus)
    if (step.index) scope.names.add(step.index)
  }
  visitTail(node, scope, found)
}

/** Filters and grouping, which any node may carry. */
function visitTail(node: Node, scope: Scope, found: Reference[]): void {
  // `step@$v[filter]`: the filter already sees what its own step binds.
  if (node.focus) scope.names.add(node.focus)
  if (node.index) scope.names.add(node.index)
  for (const stage of [...(node.predicate ?? []), ...(node.stages ?? [])]) visitStage(stage, scope, found)
  for (const child of pairs(node.group?.lhs)) visit(child, scope, found)
}

function visitStage(stage: Stage, scope: Scope, found: Reference[]): void {
  if (stage.type === 'index') scope.names.add(String(stage.value))
  if (stage.expr) visit(stage.expr, scope, found)
}

function visitCall(node: Node, scope: Scope, found: Reference[], piped: boolean): void {
  const { procedure } = node
  const args = (node.arguments?.length ?? 0) + (piped ? 1 : 0)
  const bare = procedure && bareName(procedure)
  if (procedure?.type === 'variable') {
    note(procedure, scope, found, { kind: node.type === 'partial' ? 'partial' : 'call', args })
    visitTail(procedure, scope, found)
  } else if (procedure) {
    if (bare !== undefined) found.push({ kind: 'bare', name: bare, end: procedure.steps?.[0]?.position ?? 0, args })
    visit(procedure, scope, found)
  }
  for (const argument of node.arguments ?? []) pass(argument, scope, found)
}

/** Where a function may stand without being called. */
function pass(node: Node, scope: Scope, found: Reference[], piped = false): void {
  const plain = node.type === 'variable' && !node.predicate && !node.group
  if (plain) note(node, scope, found, { kind: 'passed', args: 0 })
  else visit(node, scope, found, piped)
}

function note(node: Node, scope: Scope, found: Reference[], what: Pick<Reference, 'kind' | 'args'>): void {
  const name = String(node.value)
  // `$` is the context and `$$` the input: always there. A node without a place was made by the parser (`??`).
  if (name === '' || name === '$' || node.position === undefined || isBound(name, scope)) return
  found.push({ ...what, name, end: node.position })
}
