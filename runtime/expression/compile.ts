/** An expression, parsed once and evaluated many times, also at the same time. */
import { Fault } from '../fault.ts'
import type { Json } from '../types.ts'
import { type Node, nodes } from './ast.ts'
import { builtins } from './builtins.ts'
import { Exhausted } from './compiled/budget.ts'
import { Refusal, tryCompile } from './compiled/program.ts'
import type { Expression } from './expression.ts'
import { faultOf, problemFault } from './faults.ts'
import type { Argument, ExpressionFunction, FunctionTable } from './functions.ts'
import { defaultLimits, isProblem, type Limits, type Origin, type Parsed, parse } from './parse.ts'
import { NotPlain, plain } from './plain.ts'
import { references } from './references.ts'

/** Parses and links. Throws a `Fault` (`config`) if the text is no expression. */
export function compile(text: string, origin: Origin, functions: FunctionTable, limits?: Limits): Expression {
  const parsed = parse(text, limits ?? defaultLimits)
  if (isProblem(parsed)) throw problemFault(parsed, origin)
  return link(parsed, origin, functions)
}

/** Makes a parsed expression ready to run: its functions are registered here, once. */
export function link(parsed: Parsed, origin: Origin, functions: FunctionTable): Expression {
  const { engine, root, limits } = parsed
  const named = references(root)
  const called = new Set(named.map(({ name }) => name))
  for (const each of functions) if (called.has(each.name)) register(engine, each, limits)
  // Text that came with a record must never be run as code.
  engine.registerFunction('eval', () => {
    throw new Fault('config', 'expression/eval', '$eval is switched off')
  })
  const variables = new Set(called)
  for (const { name, kind } of named) if (kind === 'bare' || isFunction(name, functions)) variables.delete(name)
  const careful = writesToInput(root)
  const compiled = tryCompile(root, parsed.text, functions, limits)

  return {
    text: parsed.text,
    place: origin.place,
    variables,
    async evaluate(input, bindings = {}) {
      if (!(compiled instanceof Refusal)) {
        try {
          return compiled.evaluate(input, bindings)
        } catch (error) {
          // A limit is reported as it is: the interpreter would only take longer to reach it, or never end.
          if (error instanceof Exhausted) throw faultOf(limitReached(error), origin, parsed.text)
          // All else is worth nothing by itself; the interpreter says what is wrong, or does what was given up.
        }
      }
      const given: Record<string, Json | undefined> = {}
      for (const name of variables) given[name] = careful ? copy(bindings[name]) : bindings[name]
      try {
        return plain(await engine.evaluate(careful ? copy(input) : input, given), limits.output)
      } catch (error) {
        throw faultOf(error, origin, parsed.text)
      }
    },
  }
}

const limitReached = ({ code }: Exhausted): unknown =>
  code === 'output' ? new NotPlain(code, 'its result is too large') : { code }

/** Built in, or the connector's own. */
export const isFunction = (name: string, functions: FunctionTable): boolean =>
  Object.hasOwn(builtins, name) || functions.some((each) => each.name === name)

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
 * an empty array it groups (`list{…}`). Inputs are shared between expressions and may be frozen, so such an expression
 * gets a copy of its own; plain paths, which are nearly all, do not pay for one.
 */
function writesToInput(root: Node): boolean {
  const marks = ['group', 'keepArray', 'keepSingletonArray', 'focus', 'index', 'ancestor', 'terms', 'pattern']
  for (const node of nodes(root)) {
    if (node.type === 'unary' && node.value === '{') return true
    if (marks.some((mark) => node[mark] !== undefined)) return true
  }
  return false
}
