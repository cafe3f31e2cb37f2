/** Watches the interpreter from node to node: counts its steps, and looks at what each of them gives. */
import type jsonata from 'jsonata'
import { type Node, nodes, type Pair } from '../compiler/ast.ts'
import { charactersOf, itemsIn, valuesIn } from '../compiler/runtime/json-size.ts'
import type { Limits } from '../parse.ts'
import { type Budget, budgetOf, GROUPED_PER_STEP, type InterpretersBudget, PER_STEP } from './limits.ts'
import { matchingCost } from './matching-cost.ts'

const BUDGET = Symbol('budget')
const GROUPS = Symbol('groups')

/** One for each evaluation. What is counted is kept on it: a WeakMap made single garbage collections take a second. */
interface Base {
  [BUDGET]?: InterpretersBudget
  [GROUPS]?: Map<unknown, Map<string, number>>
}

export interface Environment {
  readonly base: object
}

/** What the evaluation that a function is called in may still take. */
export function budgetIn({ base }: Environment, limits: Limits): InterpretersBudget {
  const own = base as Base
  own[BUDGET] ??= budgetOf(limits)
  return own[BUDGET]
}

/** What becomes of a node's value, as far as that can be too much at once. */
interface Role {
  /** An operand of `&`. */
  text?: boolean
  /** An operand of `=`. */
  compared?: boolean
  /** A bound of `..`. */
  bound?: 'from' | 'to'
  /** The key that items are grouped by. */
  key?: boolean
  /** Evaluated for both sides of each comparison of a sort. */
  term?: boolean
  /** Given to a function that may be a regular expression. */
  argument?: boolean
}

/** JSONata 2.2.2 calls these hooks before and after each node it evaluates. */
export function instrument(engine: jsonata.Expression, root: Node, limits: Limits): void {
  const roles = rolesIn(root)
  const cost = matchingCost(root)
  const hooks = engine as unknown as { assign(name: symbol, value: unknown): void }
  hooks.assign(Symbol.for('jsonata.__evaluate_entry'), (node: Node, _: unknown, environment: Environment) => {
    // The interpreter's sort keeps copies of all it has still to merge, for as many items as it may ever reach.
    budgetIn(environment, limits).spend(roles.get(node)?.term ? 5 : 1)
  })
  hooks.assign(
    Symbol.for('jsonata.__evaluate_exit'),
    (node: Node, _: unknown, environment: Environment, result: unknown) => {
      const budget = budgetIn(environment, limits)
      const role = roles.get(node)
      if (typeof result === 'string') {
        if (node.type === 'binary') budget.fitText(result.length)
        if (role?.argument && cost) budget.spend(cost(result.length))
        if (role?.key) groupAgain(environment.base, node, result, budget)
      } else if (typeof result === 'number') {
        if (role?.bound !== undefined) fitBound(result, role.bound)
      } else if (typeof result === 'object' && result !== null) {
        if (Array.isArray(result)) listMade(node, result, budget)
        // What a path gives is a sequence still.
        if (role?.key && Array.isArray(result)) groupAgain(environment.base, node, result[0], budget)
        if (role?.text) budget.fitText(charactersOf(result))
        if (role?.compared) budget.spend(Math.floor(valuesIn(result) / PER_STEP))
      }
    },
  )
}

const makers: ReadonlySet<string> = new Set(['binary', 'unary', 'function', 'apply'])

/** A list counts for all that is within it: lists of the same lists would grow faster than their number. */
function listMade({ type }: Node, list: readonly unknown[], budget: Budget): void {
  if (!makers.has(type)) return
  if (type === 'binary' || type === 'unary') budget.spend(list.length)
  budget.fitLength(list.some(Array.isArray) ? itemsIn(list) : list.length)
}

/** Where adding one to a number leaves it as it is, counting up would never end. */
function fitBound(bound: number, side: 'from' | 'to'): void {
  const isBeyond = side === 'from' ? bound < Number.MIN_SAFE_INTEGER : bound > Number.MAX_SAFE_INTEGER
  if (isBeyond && Number.isInteger(bound)) throw { code: 'D2014' }
}

/** The interpreter copies a group for each item that it adds. */
function groupAgain(base: Base, node: Node, key: unknown, budget: Budget): void {
  if (typeof key !== 'string') return
  base[GROUPS] ??= new Map()
  const sizes = base[GROUPS].get(node) ?? new Map<string, number>()
  base[GROUPS].set(node, sizes)
  const size = (sizes.get(key) ?? 0) + 1
  sizes.set(key, size)
  budget.spend(Math.floor(size / GROUPED_PER_STEP))
}

function rolesIn(root: Node): WeakMap<object, Role> {
  const roles = new WeakMap<object, Role>()
  const give = (role: Role, ...to: readonly unknown[]): void => {
    for (const node of to)
      if (typeof node === 'object' && node !== null) roles.set(node, { ...roles.get(node), ...role })
  }
  for (const each of nodes(root)) {
    const node = each as unknown as Node
    if (node.type === 'binary') operands(node, give)
    const pairs = node.type === 'unary' && node.value === '{' ? (node.lhs as readonly Pair[]) : (node.group?.lhs ?? [])
    give({ key: true }, ...pairs.map(([key]) => key))
    give({ term: true }, ...(node.terms ?? []).map(({ expression }) => expression))
    if (node.type === 'apply') give({ argument: true }, node.lhs)
    if (node.type === 'function') give({ argument: true }, ...(node.arguments ?? []))
  }
  return roles
}

function operands({ value, lhs, rhs }: Node, give: (role: Role, ...to: readonly unknown[]) => void): void {
  if (value === '&') give({ text: true }, lhs, rhs)
  if (value === '=' || value === '!=') give({ compared: true }, lhs, rhs)
  if (value !== '..') return
  give({ bound: 'from' }, lhs)
  give({ bound: 'to' }, rhs)
}
