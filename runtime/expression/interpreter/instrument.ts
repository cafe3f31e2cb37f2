/** Hooks into the interpreter before and after each node to count steps and check the size of each result. */
import type jsonata from 'jsonata'
import { type Node, type Pair, walkNodes } from '../compiler/ast.ts'
import { countCharacters, countItems, countValues } from '../compiler/runtime/json-size.ts'
import { GROUPED_PER_STEP, type LimitCounter, type Limits, PER_STEP } from '../compiler/runtime/limits.ts'
import { InterpreterLimits } from './limits.ts'
import { findMaxMatchingCost } from './matching-cost.ts'

const LIMITS = Symbol('limits')
const GROUPS = Symbol('groups')

/**
 * JSONata's root environment, one for each evaluation. Carries its counters: a WeakMap made single garbage collections
 * take a second.
 */
interface EvaluationBase {
  [LIMITS]?: InterpreterLimits
  [GROUPS]?: Map<unknown, Map<string, number>>
}

export interface Environment {
  readonly base: object
}

/** The limits of the evaluation that an environment belongs to. */
export function getLimits({ base }: Environment, limits: Limits): InterpreterLimits {
  const evaluation = base as EvaluationBase
  evaluation[LIMITS] ??= new InterpreterLimits(limits)
  return evaluation[LIMITS]
}

/** The uses of a node's value that can be expensive. */
interface NodeRole {
  /** An operand of `&`. */
  concatenated?: boolean
  /** An operand of `=`. */
  compared?: boolean
  /** A bound of `..`. */
  bound?: 'from' | 'to'
  /** The key of a pair, by which items are grouped. */
  key?: boolean
  /** A term of a sort, evaluated twice for each comparison. */
  term?: boolean
  /** Passed to a function that may be a regular expression. */
  argument?: boolean
}

/** JSONata 2.2.2 calls these hooks before and after each node it evaluates. */
export function instrument(engine: jsonata.Expression, root: Node, limits: Limits): void {
  const roles = findRoles(root)
  const cost = findMaxMatchingCost(root)
  const hooks = engine as unknown as { assign(name: symbol, value: unknown): void }
  hooks.assign(Symbol.for('jsonata.__evaluate_entry'), (node: Node, _: unknown, environment: Environment) => {
    // The interpreter's sort copies the remaining items at every merge step.
    getLimits(environment, limits).consumeSteps(roles.get(node)?.term ? 5 : 1)
  })
  hooks.assign(
    Symbol.for('jsonata.__evaluate_exit'),
    (node: Node, _: unknown, environment: Environment, result: unknown) => {
      const counter = getLimits(environment, limits)
      const role = roles.get(node)
      if (typeof result === 'string') {
        if (node.type === 'binary') counter.checkTextLength(result.length)
        if (role?.argument && cost) counter.consumeSteps(cost(result.length))
        if (role?.key) chargeGroup(environment.base, node, result, counter)
      } else if (typeof result === 'number') {
        if (role?.bound !== undefined) checkRangeBound(result, role.bound)
      } else if (typeof result === 'object' && result !== null) {
        if (Array.isArray(result)) checkNewList(node, result, counter)
        // The result of a path is still a sequence here.
        if (role?.key && Array.isArray(result)) chargeGroup(environment.base, node, result[0], counter)
        if (role?.concatenated) counter.checkTextLength(countCharacters(result))
        if (role?.compared) counter.consumeSteps(Math.floor(countValues(result) / PER_STEP))
      }
    },
  )
}

const LIST_MAKERS: ReadonlySet<string> = new Set(['binary', 'unary', 'function', 'apply'])

/** Counts nested items: lists of the same lists would grow faster than the number of items shows. */
function checkNewList({ type }: Node, list: readonly unknown[], counter: LimitCounter): void {
  if (!LIST_MAKERS.has(type)) return
  if (type === 'binary' || type === 'unary') counter.consumeSteps(list.length)
  counter.checkListLength(list.some(Array.isArray) ? countItems(list) : list.length)
}

/** Beyond the safe integers, adding one may change nothing, and building the range would never end. */
function checkRangeBound(bound: number, side: 'from' | 'to'): void {
  const isBeyond = side === 'from' ? bound < Number.MIN_SAFE_INTEGER : bound > Number.MAX_SAFE_INTEGER
  if (isBeyond && Number.isInteger(bound)) throw { code: 'D2014' }
}

/** The interpreter copies a group for each item it adds. */
function chargeGroup(base: EvaluationBase, node: Node, key: unknown, counter: LimitCounter): void {
  if (typeof key !== 'string') return
  base[GROUPS] ??= new Map()
  const sizes = base[GROUPS].get(node) ?? new Map<string, number>()
  base[GROUPS].set(node, sizes)
  const size = (sizes.get(key) ?? 0) + 1
  sizes.set(key, size)
  counter.consumeSteps(Math.floor(size / GROUPED_PER_STEP))
}

function findRoles(root: Node): WeakMap<object, NodeRole> {
  const roles = new WeakMap<object, NodeRole>()
  const assign = (role: NodeRole, ...to: readonly unknown[]): void => {
    for (const node of to)
      if (typeof node === 'object' && node !== null) roles.set(node, { ...roles.get(node), ...role })
  }
  for (const each of walkNodes(root)) {
    const node = each as unknown as Node
    if (node.type === 'binary') assignToOperands(node, assign)
    const pairs = node.type === 'unary' && node.value === '{' ? (node.lhs as readonly Pair[]) : (node.group?.lhs ?? [])
    assign({ key: true }, ...pairs.map(([key]) => key))
    assign({ term: true }, ...(node.terms ?? []).map(({ expression }) => expression))
    if (node.type === 'apply') assign({ argument: true }, node.lhs)
    if (node.type === 'function') assign({ argument: true }, ...(node.arguments ?? []))
  }
  return roles
}

function assignToOperands(
  { value, lhs, rhs }: Node,
  assign: (role: NodeRole, ...to: readonly unknown[]) => void,
): void {
  if (value === '&') assign({ concatenated: true }, lhs, rhs)
  if (value === '=' || value === '!=') assign({ compared: true }, lhs, rhs)
  if (value !== '..') return
  assign({ bound: 'from' }, lhs)
  assign({ bound: 'to' }, rhs)
}
