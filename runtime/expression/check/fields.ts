/** Follows the paths of an expression through what is known of its input, and finds the fields that are not there. */
import { bareName, children, type Node, pairs } from '../compiler/ast.ts'
import type { Parsed } from '../parse.ts'
import { anyOf, either, type KnownShape, type Shape } from './shape.ts'

/** A name that none of the values it may be read from has. */
export interface UnknownField {
  readonly name: string
  /** What it is read from. */
  readonly shape: Shape
  /** Offsets into the expression's text. */
  readonly span: readonly [start: number, end: number]
}

export interface Followed {
  /** What the expression gives. */
  readonly result: KnownShape
  readonly unknown: readonly UnknownField[]
}

/**
 * `input` is what the expression is asked of, `variables` what it may name. Whatever cannot be followed is taken to be
 * anything, and of that nothing is unknown: a complaint about a right expression would cost more than a missed typo.
 */
export function findUnknownFields(
  { root, text }: Parsed,
  input: KnownShape,
  variables: ReadonlyMap<string, KnownShape>,
): Followed {
  const unknown: UnknownField[] = []
  const result = visit(root, { at: input, input, names: { own: new Map(variables) }, text, unknown })
  return { result, unknown }
}

/** Names bound in a block, lambda or path, and those round it. */
interface Names {
  readonly own: Map<string, KnownShape>
  readonly outer?: Names
}

interface View {
  /** What `$` and a bare name are read from here. */
  readonly at: KnownShape
  /** What `$$` is. */
  readonly input: KnownShape
  readonly names: Names
  readonly text: string
  readonly unknown: UnknownField[]
}

const inner = (view: View): View => ({ ...view, names: { own: new Map(), outer: view.names } })

const isBound = (name: string, names: Names | undefined): boolean =>
  names !== undefined && (names.own.has(name) || isBound(name, names.outer))

const lookUp = (name: string, names: Names | undefined): KnownShape =>
  names?.own.has(name) ? names.own.get(name) : names && lookUp(name, names.outer)

/** A name that is bound twice may hold either, since which of them runs is not known here. */
function bind(name: string, value: KnownShape, names: Names): void {
  names.own.set(name, isBound(name, names) ? either(lookUp(name, names), value) : value)
}

function visit(node: Node, view: View): KnownShape {
  if (node.type === 'path') {
    const own = inner(view)
    const result = (node.steps ?? []).reduce((at, step) => visitStep(step, { ...own, at }), view.at)
    return grouped(node, result, own)
  }
  const result = valueAt(node, view)
  filter(node, result, view)
  return grouped(node, result, view)
}

/** `step@$focus` names what it finds and stays where it was; its filter already sees the name. */
function visitStep(step: Node, view: View): KnownShape {
  const found = valueAt(step, view)
  if (step.index) bind(step.index, undefined, view.names)
  if (step.focus) bind(step.focus, found, view.names)
  const result = step.focus ? view.at : found
  filter(step, result, view)
  return grouped(step, result, view)
}

function filter(node: Node, at: KnownShape, view: View): void {
  for (const { type, value, expr } of [...(node.predicate ?? []), ...(node.stages ?? [])]) {
    if (type === 'index') bind(String(value), undefined, view.names)
    if (expr) visit(expr, { ...view, at })
  }
}

/** `list{ key: value }` makes an object of its own. */
function grouped({ group }: Node, at: KnownShape, view: View): KnownShape {
  for (const child of pairs(group?.lhs)) visit(child, { ...view, at })
  return group === undefined ? at : undefined
}

const kinds: Readonly<Record<string, (node: Node, view: View) => KnownShape>> = {
  name: field,
  function: (node, view) => call(node, view),
  partial: (node, view) => void call(node, view),
  apply,
  transform: (node, view) => change(node, undefined, view),
  lambda: (node, view) => void lambda(node, [], view),
  block: ({ expressions = [] }, view) => {
    const own = inner(view)
    return expressions.map((each) => visit(each, own)).at(-1)
  },
  bind: ({ lhs, rhs }, view) => {
    const value = rhs && visit(rhs, view)
    bind(String((lhs as Node).value), value, view.names)
    return value
  },
  condition: (node, view) => {
    if (node.condition) visit(node.condition, view)
    return anyOf([node.then, node.else].filter((branch) => branch !== undefined).map((branch) => visit(branch, view)))
  },
  sort: ({ terms = [] }, view) => {
    for (const { expression } of terms) visit(expression, view)
    return view.at
  },
}

function valueAt(node: Node, view: View): KnownShape {
  if (node.type === 'variable') return variable(String(node.value), view)
  const follows = kinds[node.type]
  if (follows) return follows(node, view)
  const found = children(node).map((child) => visit(child, view))
  return node.type === 'unary' && node.value === '[' ? anyOf(found) : undefined
}

function variable(name: string, { at, input, names }: View): KnownShape {
  if (name === '') return at
  return name === '$' ? input : lookUp(name, names)
}

function field({ value, position }: Node, { at, text, unknown }: View): KnownShape {
  const name = String(value)
  const rest = at?.fields.has(name) ? name : '*'
  if (at === undefined || at.fields.has(rest)) return at?.fields.get(rest)
  if (position !== undefined) {
    // A quoted name ends before its quote.
    const start = Math.max(0, text.lastIndexOf(name, position - name.length))
    unknown.push({ name, shape: at, span: [start, start + name.length] })
  }
  return undefined
}

/** Functions that give back what they are given, or some of it. */
const keeping: ReadonlySet<string> = new Set(['distinct', 'filter', 'reverse', 'shuffle', 'single', 'sort'])

/** How many parameters of the function they are given stand for an element of their list. */
const elements: Readonly<Record<string, number>> = { filter: 1, map: 1, single: 1, sort: 2 }

/** `piped`: the left side of `~>` is its first argument. */
function call({ procedure, arguments: args = [] }: Node, view: View, ...piped: readonly KnownShape[]): KnownShape {
  const named = procedure?.type === 'variable' ? String(procedure.value) : ''
  const name = isBound(named, view.names) ? '' : named
  if (procedure && named === '' && bareName(procedure) === undefined) visit(procedure, view)
  const given = [...piped]
  for (const argument of args) {
    const parameters = Array.from({ length: elements[name] ?? 0 }, () => given[0])
    given.push(argument.type === 'lambda' ? lambda(argument, parameters, view) : visit(argument, view))
  }
  if (name === 'append') return either(given[0], given[1])
  if (name === 'map') return given[1]
  return keeping.has(name) ? given[0] : undefined
}

/** What its body gives. The body's `$` is that of the place where it is written. */
function lambda(node: Node, parameters: readonly KnownShape[], view: View): KnownShape {
  const own = inner(view)
  node.arguments?.forEach(({ value }, index) => {
    own.names.own.set(String(value), parameters[index])
  })
  return node.body && visit(node.body, own)
}

function apply({ lhs, rhs }: Node, view: View): KnownShape {
  const left = visit(lhs as Node, view)
  if (rhs?.type === 'function') return call(rhs, view, left)
  if (rhs?.type === 'transform') return change(rhs, left, view)
  if (rhs) visit(rhs, view)
  return undefined
}

/** `| where | new, gone |`: fields that are added are not known before. */
function change({ pattern, update, delete: gone }: Node, at: KnownShape, view: View): undefined {
  const found = pattern && visit(pattern, { ...view, at })
  for (const node of [update, gone]) if (node) visit(node, { ...view, at: found })
}
