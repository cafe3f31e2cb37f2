/** JSONata's own built-in functions, taken out of its environment once, to be called without its interpreter. */
import jsonata from 'jsonata'
import { charactersOf } from '../json-size.ts'
import { fitText, fixedNow } from '../limits.ts'

export interface Signature {
  /** The arguments as the function gets them: context put in, single values made lists. Throws if they do not fit. */
  validate(args: readonly unknown[], context: unknown): unknown[]
}

/** What JSONata keeps of a function. */
export interface Definition {
  readonly implementation: (this: unknown, ...args: unknown[]) => unknown
  readonly signature?: Signature
}

interface Environment {
  /** When the evaluation began. */
  readonly timestamp: Date
  lookup(name: string): Definition | undefined
}

interface Hooks {
  assign(name: symbol, value: unknown): void
}

/** The interpreter calls this hook before it evaluates anything, and so before it first waits. */
function environmentOf(engine: jsonata.Expression): Environment {
  let found: Environment | undefined
  ;(engine as unknown as Hooks).assign(
    Symbol.for('jsonata.__evaluate_entry'),
    (_: unknown, __: unknown, it: Environment) => {
      found ??= it
    },
  )
  engine.evaluate(null).catch(() => undefined)
  if (found === undefined) throw new Error('this version of JSONata has no entry hook')
  return found
}

let builtIn: Environment | undefined

/** A built-in function as JSONata has it. */
export function definitionOf(name: string): Definition | undefined {
  builtIn ??= environmentOf(jsonata('null'))
  return builtIn.lookup(name)
}

const signatures = new Map<string, Signature>()

/** A signature, read by JSONata itself. Throws if it is none. */
export function signatureOf(text: string): Signature {
  const known = signatures.get(text)
  if (known !== undefined) return known
  const engine = jsonata('null')
  engine.registerFunction('f', () => undefined, text)
  const signature = environmentOf(engine).lookup('f')?.signature
  if (signature === undefined) throw new Error('a signature that says nothing')
  signatures.set(text, signature)
  return signature
}

let clock: jsonata.Expression | undefined

/** When this evaluation began, as far as anyone can tell: by JSONata's own clock, and the same until it ends. */
export function moment(): Date {
  clock ??= jsonata('null')
  const engine = clock
  return fixedNow(() => environmentOf(engine).timestamp)
}

/** What built-in functions find as `this`. */
export const focus = {
  options: {},
  createSequence: (...items: unknown[]) => items,
  /** Parts of a date that a picture leaves out are taken from today. */
  environment: {
    get timestamp() {
      return moment()
    },
  },
}

let string: Definition['implementation'] | undefined

/** `$string` of one value. */
export function textOf(it: unknown, pretty = false): string {
  // Parts that are in it many times would make a text that has no end.
  if (typeof it === 'object') fitText(charactersOf(it))
  string ??= definitionOf('string')?.implementation
  const text = string?.call(focus, it, pretty) as string
  fitText(text.length)
  return text
}
