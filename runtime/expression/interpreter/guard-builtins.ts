/** Puts limits on JSONata's built-in functions: a call whose result would be too large fails before it runs. */
import type jsonata from 'jsonata'
import type { Node } from '../compiler/ast.ts'
import { chargeBuiltin, chargeResult } from '../compiler/runtime/functions/builtin-costs.ts'
import { BUILTIN_SIGNATURES } from '../compiler/runtime/functions/builtins.ts'
import { type BuiltinDefinition, findDefinition } from '../compiler/runtime/functions/engine.ts'
import { toMillis } from '../compiler/runtime/functions/to-millis.ts'
import { countMembers } from '../compiler/runtime/json-size.ts'
import { type LimitCounter, MEMBERS_PER_STEP, PER_STEP } from '../compiler/runtime/limits.ts'
import type { MatchingCost } from '../compiler/runtime/matching-cost.ts'
import { type Environment, getLimits, type NextEvaluation } from './instrument.ts'
import type { InterpreterLimits } from './limits.ts'
import { findMaxMatchingCost } from './matching-cost.ts'

/** The `this` of a function that the interpreter calls. */
export interface CallContext {
  readonly environment: Environment & { readonly timestamp: Date }
}

type Implementation = BuiltinDefinition['implementation']

/** Replaces built-in functions by limited ones that the interpreter cannot distinguish from its own. */
export function guardBuiltins(
  engine: jsonata.Expression,
  root: Node,
  names: Iterable<string>,
  next: NextEvaluation,
): void {
  const cost = findMaxMatchingCost(root)
  for (const name of names) {
    const definition = name === 'now' ? { implementation: now } : isShared(name) ? findDefinition(name) : undefined
    if (definition === undefined) continue
    const original = definition.implementation
    const limited: Implementation = function (...args) {
      const counter = getLimits((this as CallContext).environment, next)
      chargeBuiltin(name, args, counter)
      if (cost !== undefined) for (const arg of args) counter.consumeSteps(getArgumentCost(arg, cost))
      const counted = REGEX_FUNCTIONS.has(name) ? countMatches(name, args, counter) : args
      counter.enterCall()
      const run =
        name === 'sort' && Array.isArray(counted[0]) ? createSort(counter) : name === 'toMillis' ? toMillis : original
      const result = run.apply(this, [...counted])
      if (result instanceof Promise) return awaitCall(result, counter)
      counter.leaveCall()
      return checkResult(result, counter)
    }
    engine.registerFunction(name, imitate(limited, original), BUILTIN_SIGNATURES[name])
  }
}

/**
 * Whether all expressions share one instance. JSONata creates the functions that read the clock for each expression.
 */
const isShared = (name: string): boolean =>
  Object.hasOwn(BUILTIN_SIGNATURES, name) && name !== 'eval' && name !== 'now' && name !== 'millis'

/** JSONata's own is out of reach: it creates one for each expression. */
function now(this: unknown, picture: unknown, timezone: unknown): unknown {
  const time = (this as CallContext).environment.timestamp.getTime()
  return findDefinition('fromMillis')?.implementation.call(this, time, picture, timezone)
}

/** The interpreter reads a function's number of parameters, and for a partial application their names from its text. */
function imitate(limited: Implementation, original: Implementation): Implementation {
  Object.defineProperty(limited, 'length', { value: original.length })
  return Object.defineProperty(limited, 'toString', { value: () => original.toString() })
}

/**
 * Ends a higher-order call. A function of the expression may call it again, and the interpreter does not count that
 * recursion.
 */
async function awaitCall(pending: Promise<unknown>, counter: InterpreterLimits): Promise<unknown> {
  const result = await pending
  counter.leaveCall()
  return checkResult(result, counter)
}

/** Charges objects, too: in a tail call, the function that called this one may test its result. */
function checkResult(result: unknown, counter: LimitCounter): unknown {
  chargeResult(result, counter)
  if (typeof result === 'object') counter.consumeSteps(Math.floor(countMembers(result) / MEMBERS_PER_STEP))
  return result
}

/** A function may pass the texts of a list to another function, which may be a regular expression. */
function getArgumentCost(arg: unknown, cost: MatchingCost): number {
  if (typeof arg === 'string') return cost(arg.length)
  if (!Array.isArray(arg)) return 0
  return arg.reduce<number>((sum, each) => (typeof each === 'string' ? sum + cost(each.length) : sum), 0)
}

const REGEX_FUNCTIONS: ReadonlySet<string> = new Set(['contains', 'match', 'replace', 'split'])

interface Match {
  readonly match?: unknown
  readonly groups?: unknown
  readonly next?: Matcher
}

type Matcher = { apply(self: unknown, args: readonly unknown[]): unknown }

/** Charges each match. These functions request matches in a loop that evaluates no node, so no hook counts them. */
function countMatches(
  name: string,
  [text, pattern, ...rest]: readonly unknown[],
  counter: LimitCounter,
): readonly unknown[] {
  if (typeof pattern !== 'function') return [text, pattern, ...rest]
  const [replacement] = rest
  let [count, length] = [0, typeof text === 'string' ? text.length : 0]
  const chargeMatch = ({ match, groups }: Match): void => {
    counter.consumeSteps(1)
    if (name !== 'replace') counter.checkListLength(++count)
    else if (typeof replacement === 'string') {
      counter.consumeSteps(Math.floor(replacement.length / PER_STEP))
      length += maxReplacementLength(replacement, [match, ...(Array.isArray(groups) ? groups : [])])
      counter.checkTextLength(length)
    }
  }
  const countCalls = (matcher: Matcher) =>
    async function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const found = (await matcher.apply(this, args)) as Match | undefined
      if (!found) return found
      chargeMatch(found)
      return found.next ? { ...found, next: countCalls(found.next) } : found
    }
  return [text, countCalls(pattern as Matcher), ...rest]
}

/** The maximum length of an expanded replacement: each `$` in it may stand for the longest of these. */
function maxReplacementLength(replacement: string, parts: readonly unknown[]): number {
  const longest = Math.max(...parts.map((part) => (typeof part === 'string' ? part.length : 0)))
  return replacement.length + (replacement.split('$').length - 1) * longest
}

type Comparator = (left: unknown, right: unknown) => unknown

/**
 * Compares the same pairs in the same order as JSONata's own sort, but does not copy the remaining items at each merge
 * step.
 */
const createSort = (counter: LimitCounter): Implementation =>
  async function sort(...args: unknown[]): Promise<unknown> {
    const [list, comparator] = args as [readonly unknown[], Comparator | undefined]
    if (list.length <= 1) return list
    if (comparator !== undefined) return mergeSort(list, comparator)
    const isAll = (type: string) => list.every((item) => typeof item === type && !Number.isNaN(item))
    if (list.some((item) => item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY))
      throw { code: 'D1001' }
    if (!isAll('number') && !isAll('string')) throw { code: 'D3070' }
    return mergeSort(list, (left, right) => {
      const characters = typeof left === 'string' ? Math.min(left.length, (right as string).length) : 0
      counter.consumeSteps(1 + Math.floor(characters / PER_STEP))
      return (left as string) > (right as string)
    })
  }

async function mergeSort(list: readonly unknown[], isAfter: Comparator): Promise<unknown[]> {
  if (list.length <= 1) return [...list]
  const middle = Math.floor(list.length / 2)
  const left = await mergeSort(list.slice(0, middle), isAfter)
  const right = await mergeSort(list.slice(middle), isAfter)
  const merged: unknown[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) merged.push((await isAfter(left[i], right[j])) ? right[j++] : left[i++])
  return merged.concat(left.slice(i), right.slice(j))
}
