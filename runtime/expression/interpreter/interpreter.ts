/** JSONata's own interpreter, within limits: runs what is not compiled, and says what is wrong with what failed. */
import { Fault } from '../../ports/fault.ts'
import type { Json } from '../../ports/types.ts'
import { isFunction } from '../check/variables.ts'
import { type Node, nodes } from '../compiler/ast.ts'
import { builtins } from '../compiler/runtime/functions/builtins.ts'
import { plain } from '../compiler/runtime/to-plain-json.ts'
import type { Bindings } from '../expression.ts'
import type { Argument, ExpressionFunction, FunctionTable } from '../functions.ts'
import type { Limits, Parsed } from '../parse.ts'
import { guardBuiltins } from './guard-builtins.ts'
import { instrument } from './instrument.ts'

/** Throws what JSONata throws, a `NotPlain`, or the `Fault` of a function. */
export type Interpret = (input: Json, bindings: Bindings) => Promise<Json | undefined>

/** `called`: every name the expression uses. `variables`: those of them that are bound from outside. */
export function interpreter(
  parsed: Parsed,
  functions: FunctionTable,
  called: ReadonlySet<string>,
  variables: ReadonlySet<string>,
): Interpret {
  const { engine, limits } = parsed
  const loads = functions.flatMap(({ name, load }) => (called.has(name) && load ? load : []))
  const callable = new Set([...variables].filter((name) => isFunction(name, functions)))
  let careful: boolean | undefined
  return async (input, bindings) => {
    // Nearly every expression is compiled and never gets here.
    careful ??= prepare(parsed, functions, called)
    for (const load of loads) await load()
    const given: Record<string, Json | undefined> = {}
    for (const name of variables) {
      // What every object has by birth is not bound.
      if (!Object.hasOwn(bindings, name)) continue
      // What has the name of a function may be called, and is then written to.
      given[name] = careful || callable.has(name) ? copy(bindings[name]) : bindings[name]
    }
    return plain(await engine.evaluate(careful ? copy(input) : input, given), limits.output)
  }
}

/** Sets the limits and adds the functions. Tells whether inputs must be copied. */
function prepare({ engine, root, limits }: Parsed, functions: FunctionTable, called: ReadonlySet<string>): boolean {
  instrument(engine, root, limits)
  // A transform copies what it is given by a function that it looks up.
  guardBuiltins(engine, root, [...called, 'clone'], limits)
  for (const each of functions) if (called.has(each.name)) register(engine, each, limits)
  // Text that came with a record must never be run as code.
  engine.registerFunction('eval', () => {
    throw new Fault('config', 'expression/eval', '$eval is switched off')
  })
  const named = new Set([...Object.keys(builtins), ...functions.map(({ name }) => name)])
  return writesToInput(root, named)
}

/** Functions see plain JSON only, and what they return is copied, so neither side can change the other's. */
function register(engine: Parsed['engine'], { name, signature, run }: ExpressionFunction, limits: Limits): void {
  const safe = (...args: readonly unknown[]): Json | undefined => {
    const given: Argument[] = args.map((arg) => plain(arg, limits.output))
    try {
      return copy(run(...given))
    } catch (error) {
      if (error instanceof Fault) throw error
      throw new Fault('config', 'expression/function', `$${name} failed`, { cause: error })
    }
  }
  engine.registerFunction(name, safe, signature)
}

const copy = (value: Json | undefined): Json | undefined => plain(value, Number.POSITIVE_INFINITY)

/**
 * Whether JSONata 2.2.2 may write to its input while it runs this. It marks the array behind `list[]`, and pushes into
 * an empty array it groups (`list{…}`); it notes on what is called where that is, be it a function or an object of the
 * data. Inputs are shared between expressions and may be frozen, so such an expression gets a copy of its own; plain
 * paths and calls by name, which are nearly all, do not pay for one.
 */
function writesToInput(root: Node, named: ReadonlySet<string>): boolean {
  const marks = ['group', 'keepArray', 'keepSingletonArray', 'focus', 'index', 'ancestor', 'terms', 'pattern']
  const bound = boundIn(root)
  const known = new Set([...named].filter((name) => !bound.has(name)))
  for (const node of nodes(root)) {
    if (node.type === 'unary' && node.value === '{') return true
    if (node.type === 'function' && !isNamed(node.procedure as Node, known)) return true
    if (marks.some((mark) => node[mark] !== undefined)) return true
  }
  return false
}

/** Names of functions that may stand for something else. */
function boundIn(root: Node): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { type, lhs, arguments: parameters } of nodes(root)) {
    if (type === 'bind') found.add(String((lhs as Node).value))
    if (type === 'lambda') for (const { value } of parameters as readonly Node[]) found.add(String(value))
  }
  return found
}

const isNamed = ({ type, value }: Node, named: ReadonlySet<string>): boolean =>
  type === 'lambda' || (type === 'variable' && named.has(String(value)))
