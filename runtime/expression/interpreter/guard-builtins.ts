/** JSONata's own built-in functions, with a budget: what they would make too large is refused before it is made. */
import type jsonata from 'jsonata'
import type { Node } from '../compiler/ast.ts'
import { charge } from '../compiler/runtime/functions/builtin-costs.ts'
import { builtins } from '../compiler/runtime/functions/builtins.ts'
import { type Definition, definitionOf } from '../compiler/runtime/functions/jsonata-builtins.ts'
import type { Limits } from '../parse.ts'
import { budgetIn, type Environment } from './instrument.ts'
import type { Budget, InterpretersBudget } from './limits.ts'
import { type MatchingCost, matchingCost } from './matching-cost.ts'

/** What the interpreter calls a function with as `this`. */
interface Focus {
  readonly environment: Environment
}

type Implementation = Definition['implementation']

/** Replaces these functions by the same with a budget. They cannot be told from the others in any other way. */
export function guardBuiltins(engine: jsonata.Expression, root: Node, names: Iterable<string>, limits: Limits): void {
  const cost = matchingCost(root)
  for (const name of names) {
    const definition = isPure(name) ? definitionOf(name) : undefined
    if (definition === undefined) continue
    const original = definition.implementation
    const guarded: Implementation = function (...args) {
      const budget = budgetIn((this as Focus).environment, limits)
      charge(name, args, budget)
      if (cost !== undefined) for (const arg of args) budget.spend(matched(arg, cost))
      const given = matchers.has(name) ? withMatcher(name, args, budget) : args
      budget.enter()
      const run = name === 'sort' && Array.isArray(given[0]) ? sort : original
      const result = run.apply(this, [...given])
      if (result instanceof Promise) return settled(result, budget)
      budget.leave()
      return fitting(result, budget)
    }
    engine.registerFunction(name, disguised(guarded, original), builtins[name])
  }
}

/** Those that read a clock are made anew for each expression. */
const isPure = (name: string): boolean =>
  Object.hasOwn(builtins, name) && name !== 'eval' && name !== 'now' && name !== 'millis'

/** The interpreter reads the number of parameters, and for a partial application their names, off the function. */
function disguised(guarded: Implementation, original: Implementation): Implementation {
  Object.defineProperty(guarded, 'length', { value: original.length })
  return Object.defineProperty(guarded, 'toString', { value: () => original.toString() })
}

/** Of a function that calls functions of the expression, which may call it again without the interpreter noticing. */
async function settled(result: Promise<unknown>, budget: InterpretersBudget): Promise<unknown> {
  const it = await result
  budget.leave()
  return fitting(it, budget)
}

function fitting(result: unknown, budget: Budget): unknown {
  if (typeof result === 'string') budget.fitText(result.length)
  if (Array.isArray(result)) budget.fitLength(result.length)
  return result
}

/** Functions that are given a list hand its texts on, and what they hand them to may be a regular expression. */
function matched(arg: unknown, cost: MatchingCost): number {
  if (typeof arg === 'string') return cost(arg.length)
  if (!Array.isArray(arg)) return 0
  return arg.reduce<number>((sum, each) => (typeof each === 'string' ? sum + cost(each.length) : sum), 0)
}

const matchers: ReadonlySet<string> = new Set(['contains', 'match', 'replace', 'split'])

interface Match {
  readonly match?: unknown
  readonly groups?: unknown
  readonly next?: Matcher
}

type Matcher = { apply(self: unknown, args: readonly unknown[]): unknown }

/** Matches are asked for one after another where nobody counts. */
function withMatcher(name: string, [text, pattern, ...rest]: readonly unknown[], budget: Budget): readonly unknown[] {
  if (typeof pattern !== 'function') return [text, pattern, ...rest]
  const [replacement] = rest
  let [count, written] = [0, typeof text === 'string' ? text.length : 0]
  const seen = ({ match, groups }: Match): void => {
    budget.spend(1)
    if (name !== 'replace') budget.fitLength(++count)
    else if (typeof replacement === 'string') {
      written += atMost(replacement, [match, ...(Array.isArray(groups) ? groups : [])])
      budget.fitText(written)
    }
  }
  const counted = (matcher: Matcher) =>
    async function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const found = (await matcher.apply(this, args)) as Match | undefined
      if (!found) return found
      seen(found)
      return found.next ? { ...found, next: counted(found.next) } : found
    }
  return [text, counted(pattern as Matcher), ...rest]
}

/** How long a replacement may get: each `$` in it may stand for the longest of these. */
function atMost(replacement: string, parts: readonly unknown[]): number {
  const longest = Math.max(...parts.map((part) => (typeof part === 'string' ? part.length : 0)))
  return replacement.length + (replacement.split('$').length - 1) * longest
}

type Comparator = (left: unknown, right: unknown) => unknown

/** The same comparisons in the same order as JSONata's own, which keeps a copy of the rest for each item it merges. */
async function sort(this: unknown, ...args: unknown[]): Promise<unknown> {
  const [list, comparator] = args as [readonly unknown[], Comparator | undefined]
  if (list.length <= 1) return list
  if (comparator !== undefined) return mergeSort(list, comparator)
  const isAll = (type: string) => list.every((item) => typeof item === type && !Number.isNaN(item))
  if (list.some((item) => item === Number.POSITIVE_INFINITY || item === Number.NEGATIVE_INFINITY))
    throw { code: 'D1001' }
  if (!isAll('number') && !isAll('string')) throw { code: 'D3070' }
  return mergeSort(list, (left, right) => (left as string) > (right as string))
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
