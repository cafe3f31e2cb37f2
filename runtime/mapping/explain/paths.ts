/** Finds the paths of fields that an expression reads, such as `contact.email` and `$part.tags[0].name`. */
import { flattenPairs, getChildren, type Node, type Stage, walkNodes } from '../../expression/compiler/ast.ts'
import type { Expression } from '../../expression/expression.ts'
import { isProblem, parseExpression } from '../../expression/parse.ts'

export interface FieldPath {
  /** The variable it begins at. Absent: the resource. */
  readonly variable?: string
  /** Names of fields, and positions in lists. */
  readonly steps: readonly (string | number)[]
}

/** As an expression writes it. */
export function formatPath({ variable, steps }: FieldPath): string {
  let text = variable === undefined ? '' : `$${variable}`
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`
    else text += `${text === '' ? '' : '.'}${/^[A-Za-z_]\w*$/.test(step) ? step : JSON.stringify(step)}`
  }
  return text
}

/** The syntax tree of an expression. Undefined only if its text does not parse, as it did when the spec was loaded. */
export function findRoot(expr: Expression): Node | undefined {
  if (!roots.has(expr)) {
    const parsed = parseExpression(expr.text)
    roots.set(expr, isProblem(parsed) ? undefined : parsed.root)
  }
  return roots.get(expr)
}

/** Parsing takes longer than the rest of an explanation, and a console shows the same mappings again and again. */
const roots = new WeakMap<Expression, Node | undefined>()

/** `variables`: those that the expression does not bind itself. */
export interface PathScope {
  readonly variables: ReadonlySet<string>
  /** What names without a variable begin at. */
  readonly context: FieldPath
}

export const createPathScope = ({ variables }: Pick<Expression, 'variables'>): PathScope => ({
  variables,
  context: { steps: [] },
})

/** Each path once, in the order of the text. A filter's own paths begin at the list that it filters. */
export function collectPaths(root: Node, { variables, context }: PathScope): readonly FieldPath[] {
  const bound = findBoundNames(root)
  const free = new Set([...variables].filter((name) => !bound.has(name)))
  const found = new Map<string, FieldPath>()
  visit(root, context, { free, found })
  return [...found.values()]
}

/** A node that is one path of fields, variables and literal positions. */
export function toFieldPath({ type, value, steps = [], predicate, stages, group }: Node): FieldPath | undefined {
  if (type === 'variable' && !predicate && !stages && !group) return toVariable(value)
  if (type !== 'path' || group !== undefined) return undefined
  let path: FieldPath | undefined
  for (const [index, step] of steps.entries()) {
    path = addStep(index === 0 ? { steps: [] } : path, step, index)
    for (const { expr } of stagesOf(step)) {
      const position = literalPosition(expr)
      if (path === undefined || position === undefined) return undefined
      path = extend(path, position)
    }
    if (path === undefined) return undefined
  }
  return path
}

interface Collector {
  readonly free: ReadonlySet<string>
  readonly found: Map<string, FieldPath>
}

function visit(node: Node, context: FieldPath | undefined, collector: Collector): void {
  const { type, value } = node
  if (type === 'path') {
    visitPath(node, context, collector)
    return
  }
  if (type === 'variable') {
    const path = value === '' ? context : toVariable(value)
    const end = visitStages(node, path, collector)
    if (value !== '' && value !== '$') add(end, collector)
  } else if (type === 'function' || type === 'partial') {
    if (node.procedure !== undefined && node.procedure.type !== 'variable') visit(node.procedure, context, collector)
    for (const argument of node.arguments ?? []) visit(argument, context, collector)
  } else if (type === 'lambda') {
    if (node.body !== undefined) visit(node.body, context, collector)
  } else for (const child of getChildren(node)) visit(child, context, collector)
  if (type !== 'variable') visitStages(node, undefined, collector)
}

function visitPath({ steps = [], group }: Node, context: FieldPath | undefined, collector: Collector): void {
  let path = context
  for (const [index, step] of steps.entries()) {
    const next = addStep(path, step, index)
    if (next === undefined && step.type !== 'name' && step.type !== 'variable') visit(step, path, collector)
    path = visitStages(step, next, collector)
  }
  add(path, collector)
  for (const child of flattenPairs(group?.lhs)) visit(child, path, collector)
}

/** Filters: a literal position is part of the path. */
function visitStages(node: Node, path: FieldPath | undefined, collector: Collector): FieldPath | undefined {
  let end = path
  for (const { expr } of stagesOf(node)) {
    const position = literalPosition(expr)
    if (position !== undefined) end = end && extend(end, position)
    else if (expr !== undefined) visit(expr, end, collector)
  }
  return end
}

const stagesOf = ({ predicate = [], stages = [] }: Node): readonly Stage[] => [...predicate, ...stages]

const literalPosition = (expr: Node | undefined): number | undefined =>
  expr?.type === 'number' && typeof expr.value === 'number' ? expr.value : undefined

/** Undefined after a step that is neither a name nor, at the start, a variable. */
function addStep(path: FieldPath | undefined, { type, value }: Node, index: number): FieldPath | undefined {
  if (type === 'name' && typeof value === 'string') return path && extend(path, value)
  if (type !== 'variable' || index > 0) return undefined
  return value === '' ? path : toVariable(value)
}

const extend = ({ steps, ...path }: FieldPath, step: string | number): FieldPath => ({
  ...path,
  steps: [...steps, step],
})

/** `$$` is the resource. */
function toVariable(value: unknown): FieldPath | undefined {
  if (value === '$') return { steps: [] }
  return typeof value === 'string' && value !== '' ? { variable: value, steps: [] } : undefined
}

function add(path: FieldPath | undefined, { free, found }: Collector): void {
  if (path === undefined || (path.variable === undefined && path.steps.length === 0)) return
  if (path.variable === undefined || free.has(path.variable)) found.set(formatPath(path), path)
}

function findBoundNames(root: Node): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { type, lhs, arguments: parameters, focus, index } of walkNodes(root)) {
    if (type === 'bind') found.add(String((lhs as Node).value))
    if (type === 'lambda') for (const { value } of parameters as readonly Node[]) found.add(String(value))
    for (const name of [focus, index]) if (typeof name === 'string') found.add(name)
  }
  return found
}
