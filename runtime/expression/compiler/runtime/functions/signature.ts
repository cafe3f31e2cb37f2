/** Checks arguments against a signature: the common case directly, every other through JSONata. */

import { fallBack } from '../limits.ts'
import { parseSignature, type Signature } from './jsonata-builtins.ts'
import { typeLetter } from './type-letter.ts'

/** Returns the arguments as the function receives them. Throws what JSONata throws. */
export type ArgumentCheck = (args: readonly unknown[], context: unknown) => readonly unknown[]

interface Parameter {
  /** One letter for each accepted type: `s`, `n`, `b`, `l`, `o`, `a`, `f`, and `m` for undefined. */
  readonly accepts: string
  readonly optional: boolean
}

const ANY = 'asnblfom'

/** Marks a site where the interpreter has a context that compiled code lacks. A call that needs it falls back. */
export const NO_CONTEXT: object = Object.freeze({})

function validate(signature: Signature, args: readonly unknown[], context: unknown): readonly unknown[] {
  const validated = signature.validate(args, context)
  return validated.includes(NO_CONTEXT) ? fallBack() : validated
}

/**
 * Parses the parameters of a simple signature. Undefined if one of them wraps values in lists, checks the items of
 * lists, or repeats.
 */
function parseParameters(signature: string): readonly Parameter[] | undefined {
  const [parameters = ''] = signature.slice(1, -1).split(':')
  const found: Parameter[] = []
  let rest = parameters
  while (rest !== '') {
    const [all, choice, letter, mark] = /^(?:\(([a-z]+)\)|([snblofjx]))([-?]?)/.exec(rest) ?? []
    if (all === undefined) return undefined
    const types = choice ?? letter ?? ''
    const accepts = types === 'x' ? ANY : types === 'j' ? 'asnblom' : letter === 'f' ? 'f' : `${types}m`
    found.push({ accepts, optional: mark === '?' })
    rest = rest.slice(all.length)
  }
  return found
}

export function createArgumentCheck(text: string): ArgumentCheck {
  const signature: Signature = parseSignature(text)
  const parameters = parseParameters(text)
  if (parameters === undefined) return (args, context) => validate(signature, args, context)

  // Each argument matches its own parameter and the rest may be absent: JSONata's greedy matching agrees.
  const required = parameters.filter(({ optional }) => !optional).length
  return (args, context) => {
    if (args.length > parameters.length || args.length < required) return validate(signature, args, context)
    for (let i = 0; i < args.length; i++) {
      if (!parameters[i]?.accepts.includes(typeLetter(args[i]))) return validate(signature, args, context)
    }
    return args
  }
}

/** Whether any `count` arguments match, whatever their types. */
export function acceptsAnything(signature: string, count: number): boolean {
  const parameters = parseParameters(signature)
  if (parameters === undefined || count > parameters.length) return false
  return parameters.every(({ accepts, optional }, i) => (i < count ? accepts === ANY : optional))
}
