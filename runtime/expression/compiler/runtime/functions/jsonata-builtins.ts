/** JSONata's own built-in functions, read once from its environment and called without its interpreter. */
import jsonata from 'jsonata'
import { countCharacters, countReadingSteps } from '../json-size.ts'
import { checkTextLength, consumeSize, consumeSteps, fixedNow } from '../limits.ts'

export interface Signature {
  /**
   * The arguments as the function receives them: with the context, and with single values as lists. Throws on a
   * mismatch.
   */
  validate(args: readonly unknown[], context: unknown): unknown[]
}

/** A function as JSONata stores it. */
export interface BuiltinDefinition {
  readonly implementation: (this: unknown, ...args: unknown[]) => unknown
  readonly signature?: Signature
}

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

export function findDefinition(name: string): BuiltinDefinition | undefined {
  builtinEnvironment ??= captureEnvironment(jsonata('null'))
  return builtinEnvironment.lookup(name)
}

const signatures = new Map<string, Signature>()

/** Parses a signature with JSONata's parser. Throws if it is not valid. */
export function parseSignature(text: string): Signature {
  const cached = signatures.get(text)
  if (cached !== undefined) return cached
  const engine = jsonata('null')
  engine.registerFunction('f', () => undefined, text)
  const signature = captureEnvironment(engine).lookup('f')?.signature
  if (signature === undefined) throw new Error('the signature is empty')
  signatures.set(text, signature)
  return signature
}

let clock: jsonata.Expression | undefined

/** The start of this evaluation by JSONata's own clock, fixed until the evaluation ends. */
export function getEvaluationTime(): Date {
  clock ??= jsonata('null')
  const engine = clock
  return fixedNow(() => captureEnvironment(engine).timestamp)
}

/** The `this` of built-in functions. */
export const builtinThis = {
  options: {},
  createSequence: (...items: unknown[]) => items,
  /** Components missing from a date picture default to today. */
  environment: {
    get timestamp() {
      return getEvaluationTime()
    },
  },
}

let string: BuiltinDefinition['implementation'] | undefined

/** `$string` of one value. */
export function textOf(value: unknown, pretty = false): string {
  // Parts that occur many times in the value could make a string of unbounded size.
  if (typeof value === 'object') {
    checkTextLength(countCharacters(value))
    consumeSteps(countReadingSteps(value))
  }
  string ??= findDefinition('string')?.implementation
  const text = string?.call(builtinThis, value, pretty) as string
  checkTextLength(text.length)
  consumeSize(text.length)
  return text
}
