/** Runs expressions on JSONata's own interpreter within limits. */
import { Fault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import { isFunctionName } from '../check/variables.ts'
import { type Node, walkNodes } from '../compiler/ast.ts'
import { chargeOwnFunction, chargeOwnResult } from '../compiler/runtime/functions/builtin-costs.ts'
import { BUILTIN_SIGNATURES } from '../compiler/runtime/functions/builtins.ts'
import { provideEngine } from '../compiler/runtime/functions/engine.ts'
import { jsonataEngine } from '../compiler/runtime/functions/jsonata-builtins.ts'
import { countParts, countReadingSteps } from '../compiler/runtime/json-size.ts'
import { ITEMS_PER_STEP, STEP_BUDGET } from '../compiler/runtime/limits.ts'
import { toPlainJson } from '../compiler/runtime/to-plain-json.ts'
import type { Bindings } from '../expression.ts'
import type { Argument, ExpressionFunction, FunctionTable } from '../functions.ts'
import type { Parsed } from '../parse.ts'
import { type CallContext, guardBuiltins } from './guard-builtins.ts'
import { getLimits, instrument, type NextEvaluation } from './instrument.ts'
import type { InterpreterLimits } from './limits.ts'
import { describeWrongArgument } from './wrong-argument.ts'

provideEngine(jsonataEngine)

/** Rejects with JSONata's error, a `NotPlain`, or the `Fault` of a function. */
export type Interpret = (input: Json, bindings: Bindings) => Promise<Json | undefined>

export interface InterpreterOptions {
  readonly functions: FunctionTable
  /** Every free name of the expression. */
  readonly names: ReadonlySet<string>
  /** The names that bindings may supply. */
  readonly variables: ReadonlySet<string>
}

export function createInterpreter(parsed: Parsed, { functions, names, variables }: InterpreterOptions): Interpret {
  const { engine, limits } = parsed
  const loads = functions.flatMap(({ name, load }) => (names.has(name) && load ? load : []))
  const callable = new Set([...variables].filter((name) => isFunctionName(name, functions)))
  const next: NextEvaluation = { limits }
  let needsCopy: boolean | undefined
  return async (input, bindings) => {
    // Prepared on first use: nearly every expression is compiled and never reaches the interpreter.
    needsCopy ??= prepare(parsed, functions, names, next)
    for (const load of loads) await load()
    const values: Record<string, Json | undefined> = {}
    const copied: unknown[] = needsCopy ? [input] : []
    for (const name of variables) {
      if (!Object.hasOwn(bindings, name)) continue
      // The interpreter may call a value with the name of a function, and then writes to it.
      const isCopied = needsCopy || callable.has(name)
      if (isCopied) copied.push(bindings[name])
      values[name] = isCopied ? copy(bindings[name]) : bindings[name]
    }
    next.preparation = Math.floor(countParts(copied) / ITEMS_PER_STEP)
    next.budget = bindings[STEP_BUDGET]
    const evaluated = engine.evaluate(needsCopy ? copy(input) : input, values)
    const { counter } = next
    const result: unknown = await evaluated.catch((error: unknown) => {
      throw withArgument(error, parsed, functions, counter)
    })
    const plain = toPlainJson(result, limits.output)
    if (typeof plain === 'object') counter?.consumeSteps(countReadingSteps(plain))
    return plain
  }
}

/** Adds to an error of a call which argument is wrong, in words. */
function withArgument(
  error: unknown,
  { root }: Parsed,
  functions: FunctionTable,
  counter: InterpreterLimits | undefined,
): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('token' in error)) return error
  if (!/^T041[012]$/.test(String(error.code)) || typeof error.token !== 'string') return error
  const name = error.token
  const signature = functions.find((each) => each.name === name)?.signature ?? BUILTIN_SIGNATURES[name]
  if (signature === undefined || counter === undefined) return error
  const call = { name, signature, position: 'position' in error ? error.position : undefined }
  const argument = describeWrongArgument(root, call, (node) => counter.argumentTypes.get(node))
  return { ...error, argument }
}

/** Applies the limits and registers the functions. Returns whether inputs must be copied. */
function prepare(
  { engine, root }: Parsed,
  functions: FunctionTable,
  names: ReadonlySet<string>,
  next: NextEvaluation,
): boolean {
  instrument(engine, root, next)
  // A transform copies its input by `$clone`, without naming it.
  guardBuiltins(engine, root, [...names, 'clone'], next)
  for (const each of functions) if (names.has(each.name)) register(engine, each, next)
  // Text from a record must never run as code.
  engine.registerFunction('eval', () => {
    throw new Fault('config', 'expression/eval', '$eval is switched off')
  })
  const functionNames = new Set([...Object.keys(BUILTIN_SIGNATURES), ...functions.map(({ name }) => name)])
  return writesToInput(root, functionNames)
}

/** Passes plain JSON to a function and copies its result, so neither side can change the other's data. */
function register(engine: Parsed['engine'], { name, signature, run }: ExpressionFunction, next: NextEvaluation): void {
  function runSafely(this: unknown, ...args: readonly unknown[]): Json | undefined {
    const counter = getLimits((this as CallContext).environment, next)
    const plain: Argument[] = args.map((arg) => toPlainJson(arg, next.limits.output))
    chargeOwnFunction(plain, counter)
    const result = callSafely(name, () => copy(run(...plain)))
    chargeOwnResult(result, counter)
    return result
  }
  engine.registerFunction(name, runSafely, signature)
}

function callSafely<T>(name: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('config', 'expression/function', `$${name} failed`, { cause: error })
  }
}

const copy = (value: Json | undefined): Json | undefined => toPlainJson(value, Number.POSITIVE_INFINITY)

/**
 * Whether JSONata 2.2.2 may write to its input while it evaluates this expression. It marks the array of `list[]`,
 * pushes into an empty array that it groups (`list{…}`), and stores the position of a call on the callee, which may be
 * an object of the data. Inputs are shared between expressions and may be frozen, so such an expression gets a copy of
 * its own; plain paths and calls by name, nearly all expressions, do not pay for one.
 */
function writesToInput(root: Node, functionNames: ReadonlySet<string>): boolean {
  const marks = ['group', 'keepArray', 'keepSingletonArray', 'focus', 'index', 'ancestor', 'terms', 'pattern']
  const bound = findBoundNames(root)
  const safeNames = new Set([...functionNames].filter((name) => !bound.has(name)))
  for (const node of walkNodes(root)) {
    if (node.type === 'unary' && node.value === '{') return true
    if (node.type === 'function' && !isFunctionNode(node.procedure as Node, safeNames)) return true
    if (marks.some((mark) => node[mark] !== undefined)) return true
  }
  return false
}

/** Names that the expression binds itself. A function of that name may be shadowed. */
function findBoundNames(root: Node): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { type, lhs, arguments: parameters } of walkNodes(root)) {
    if (type === 'bind') found.add(String((lhs as Node).value))
    if (type === 'lambda') for (const { value } of parameters as readonly Node[]) found.add(String(value))
  }
  return found
}

const isFunctionNode = ({ type, value }: Node, names: ReadonlySet<string>): boolean =>
  type === 'lambda' || (type === 'variable' && names.has(String(value)))
