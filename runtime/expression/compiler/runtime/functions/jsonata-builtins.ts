/** JSONata's own built-in functions, read once from its environment and called without its interpreter. */
import jsonata from 'jsonata'
import type { BuiltinDefinition, Engine } from './engine.ts'

interface Environment {
  /** Start of the evaluation. */
  readonly timestamp: Date
  lookup(name: string): BuiltinDefinition | undefined
}

interface Hooks {
  assign(name: symbol, value: unknown): void
}

/**
 * Reads the environment from a hook that the interpreter calls before it evaluates a node, and so before its first
 * `await`.
 */
function captureEnvironment(engine: jsonata.Expression): Environment {
  let found: Environment | undefined
  ;(engine as unknown as Hooks).assign(
    Symbol.for('jsonata.__evaluate_entry'),
    (_node: unknown, _input: unknown, environment: Environment) => {
      found ??= environment
    },
  )
  engine.evaluate(null).catch(() => undefined)
  if (found === undefined) throw new Error('this version of JSONata has no entry hook')
  return found
}

let builtinEnvironment: Environment | undefined
let clock: jsonata.Expression | undefined

export const jsonataEngine: Engine = {
  findDefinition(name) {
    builtinEnvironment ??= captureEnvironment(jsonata('null'))
    return builtinEnvironment.lookup(name)
  },
  readStart() {
    clock ??= jsonata('null')
    return captureEnvironment(clock).timestamp
  },
}
