/** Hooks into the interpreter before and after each node to count steps and check the size of each result. */
import type jsonata from 'jsonata'
import type { Node } from '../compiler/ast.ts'
import { countCharacters, countItems, countMembers, countReadingSteps } from '../compiler/runtime/json-size.ts'
import {
  COPIED_PER_STEP,
  ITEMS_PER_STEP,
  type LimitCounter,
  type Limits,
  MEMBERS_PER_STEP,
  PER_STEP,
  type StepBudget,
} from '../compiler/runtime/limits.ts'
import { InterpreterLimits } from './limits.ts'
import { findMaxMatchingCost } from './matching-cost.ts'
import { findRoles, type NodeRole } from './node-roles.ts'
import { findArgumentType } from './wrong-argument.ts'

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

/** The evaluation that begins next. The interpreter reaches its first hook before it awaits anything. */
export interface NextEvaluation {
  readonly limits: Limits
  budget?: StepBudget | undefined
  /** Steps taken before it begins. */
  preparation?: number
  /** The counter of the last evaluation that began. */
  counter?: InterpreterLimits
}

/** The limits of the evaluation that an environment belongs to. */
export function getLimits({ base }: Environment, next: NextEvaluation): InterpreterLimits {
  const evaluation = base as EvaluationBase
  if (evaluation[LIMITS] === undefined) {
    next.counter = new InterpreterLimits(next.limits, next.budget)
    evaluation[LIMITS] = next.counter
    next.counter.consumeSteps(next.preparation ?? 0)
  }
  return evaluation[LIMITS]
}

/** JSONata 2.2.2 calls these hooks before and after each node it evaluates. */
export function instrument(engine: jsonata.Expression, root: Node, next: NextEvaluation): void {
  const roles = findRoles(root)
  const cost = findMaxMatchingCost(root)
  const hooks = engine as unknown as { assign(name: symbol, value: unknown): void }
  hooks.assign(Symbol.for('jsonata.__evaluate_entry'), (node: Node, input: unknown, environment: Environment) => {
    const counter = getLimits(environment, next)
    // The interpreter's sort copies the remaining items at every merge step.
    counter.consumeSteps(roles.get(node)?.term ? 5 : 1)
    if (node.type === 'name' && Array.isArray(input)) counter.consumeSteps(perStep(countItems(input), MEMBERS_PER_STEP))
    if (node.type === 'wildcard') chargeWildcard(input, counter)
  })
  hooks.assign(
    Symbol.for('jsonata.__evaluate_exit'),
    (node: Node, input: unknown, environment: Environment, result: unknown) => {
      const counter = getLimits(environment, next)
      if (Array.isArray(result)) checkList(node, Array.isArray(input), result, counter)
      const role = roles.get(node)
      if (role?.argument) counter.argumentTypes.set(node, findArgumentType(result))
      // The result of a path is still a sequence here.
      const value = Array.isArray(result) && result.length === 1 ? result[0] : result
      if (typeof value === 'string') {
        if (node.type === 'binary') chargeText(value, counter)
        if (role?.compared) counter.consumeSteps(perStep(value.length, PER_STEP))
        if (role?.argument && cost) counter.consumeSteps(cost(value.length))
        if (role?.key) chargeGroup(environment.base, node, value, counter)
      } else if (typeof result === 'number') {
        if (role?.bound !== undefined) checkRangeBound(result, role.bound)
      }
      if (typeof result === 'object' && result !== null && role !== undefined) chargeUses(result, role, counter)
    },
  )
}

const perStep = (size: number, divisor: number): number => Math.floor(size / divisor)

function chargeText({ length }: string, counter: LimitCounter): void {
  counter.checkTextLength(length)
  // Also where a text is doubled without being copied: the copy is made as soon as it is read.
  counter.consumeSteps(perStep(length, PER_STEP))
}

/** Charges what the interpreter does with a list or an object in these roles. */
function chargeUses(value: object, role: NodeRole, counter: LimitCounter): void {
  if (role.concatenated) {
    counter.checkTextLength(countCharacters(value))
    counter.consumeSteps(countReadingSteps(value))
  }
  if (role.compared) counter.consumeSteps(countReadingSteps(value))
  // It does not look into a function.
  const isFunction = '_jsonata_lambda' in value && value._jsonata_lambda === true
  if (role.tested && !isFunction) counter.consumeSteps(perStep(countMembers(value), MEMBERS_PER_STEP))
  if (role.searched && Array.isArray(value)) {
    const characters = value.reduce<number>((sum, item) => sum + (typeof item === 'string' ? item.length : 0), 0)
    counter.consumeSteps(perStep(characters + value.length, PER_STEP))
  }
  if (role.change) counter.consumeSteps(Array.isArray(value) ? value.length : Object.keys(value).length)
}

/** `*` flattens each list among the members, and then copies all results so far. */
function chargeWildcard(input: unknown, counter: LimitCounter): void {
  if (typeof input !== 'object' || input === null) return
  let [total, copied] = [0, 0]
  for (const member of Object.values(input)) {
    total += Array.isArray(member) ? 1 + countItems(member) : 1
    if (Array.isArray(member)) copied += total
  }
  counter.consumeSteps(total + perStep(copied, COPIED_PER_STEP))
}

const LIST_MAKERS: ReadonlySet<string> = new Set(['binary', 'unary', 'function', 'apply'])

/** Counts nested items: lists of the same lists would grow faster than the number of items shows. */
function checkList(node: Node, isOfList: boolean, list: readonly unknown[], counter: LimitCounter): void {
  const { type, expressions = [], steps = [] } = node
  // Each tuple is an object of its own.
  if (node.tuple) counter.consumeSteps(list.length)
  if (type === 'path') {
    counter.consumeSteps(steps.some(({ tuple }) => tuple) ? list.length : perStep(list.length, ITEMS_PER_STEP))
  } else if (type === 'name') {
    if (isOfList) counter.consumeSteps(perStep(list.length, ITEMS_PER_STEP))
  } else if (type === 'descendant') counter.consumeSteps(list.length)
  else if (LIST_MAKERS.has(type)) {
    // `[…]` copies the list so far for each of its parts.
    if (type === 'unary') counter.consumeSteps(perStep(list.length * expressions.length, COPIED_PER_STEP))
    if (type === 'binary' || type === 'unary') counter.consumeSteps(list.length)
    counter.checkListLength(list.some(Array.isArray) ? countItems(list) : list.length)
  }
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
  counter.consumeSteps(Math.floor(size / COPIED_PER_STEP))
}
