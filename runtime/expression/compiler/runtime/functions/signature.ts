/** Arguments against a signature: the common case at once, every other as JSONata does it. */

import { fallBack } from '../limits.ts'
import { type Signature, signatureOf } from './jsonata-builtins.ts'

/** Gives the arguments as the function gets them. Throws what JSONata throws. */
export type Fit = (args: readonly unknown[], context: unknown) => readonly unknown[]

interface Parameter {
  /** One letter for each type it takes: `s`, `n`, `b`, `l`, `o`, `a`, `f`, and `m` for nothing. */
  readonly takes: string
  readonly optional: boolean
}

const ANY = 'asnblfom'

/** Stands where the interpreter has a context of its own making. A call that needs it is left to the interpreter. */
export const NO_CONTEXT: object = Object.freeze({})

function validate(signature: Signature, args: readonly unknown[], context: unknown): readonly unknown[] {
  const fitted = signature.validate(args, context)
  return fitted.includes(NO_CONTEXT) ? fallBack() : fitted
}

/**
 * Reads the simple parameters of a signature. Nothing for those that turn values into lists, look into lists, or repeat.
 */
function simple(signature: string): readonly Parameter[] | undefined {
  const [params = ''] = signature.slice(1, -1).split(':')
  const found: Parameter[] = []
  let rest = params
  while (rest !== '') {
    const [all, choice, letter, mark] = /^(?:\(([a-z]+)\)|([snblofjx]))([-?]?)/.exec(rest) ?? []
    if (all === undefined) return undefined
    const types = choice ?? letter ?? ''
    const takes = types === 'x' ? ANY : types === 'j' ? 'asnblom' : letter === 'f' ? 'f' : `${types}m`
    found.push({ takes, optional: mark === '?' })
    rest = rest.slice(all.length)
  }
  return found
}

export function letterOf(it: unknown): string {
  switch (typeof it) {
    case 'string':
      return 's'
    case 'number':
      return 'n'
    case 'boolean':
      return 'b'
    case 'function':
      return 'f'
    case 'object':
      // An object may be a function to JSONata, which is for JSONata to say.
      return it === null
        ? 'l'
        : Array.isArray(it)
          ? 'a'
          : '_jsonata_function' in it || '_jsonata_lambda' in it
            ? '?'
            : 'o'
    default:
      return 'm'
  }
}

export function fitting(text: string): Fit {
  const signature: Signature = signatureOf(text)
  const parameters = simple(text)
  if (parameters === undefined) return (args, context) => validate(signature, args, context)

  // Each argument fits its own parameter and the rest may be absent: JSONata's matching, being greedy, agrees.
  const required = parameters.filter(({ optional }) => !optional).length
  return (args, context) => {
    if (args.length > parameters.length || args.length < required) return validate(signature, args, context)
    for (let i = 0; i < args.length; i++) {
      if (!parameters[i]?.takes.includes(letterOf(args[i]))) return validate(signature, args, context)
    }
    return args
  }
}

/** Whether any arguments of this number fit, whatever they are. */
export function takesAnything(signature: string, count: number): boolean {
  const parameters = simple(signature)
  if (parameters === undefined || count > parameters.length) return false
  return parameters.every(({ takes, optional }, i) => (i < count ? takes === ANY : optional))
}
