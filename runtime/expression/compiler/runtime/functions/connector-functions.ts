/** The connector's own functions, as compiled code calls them. */
import type { FunctionTable } from '../../../functions.ts'
import type { Limits } from '../../../parse.ts'
import { guard } from '../fields.ts'
import { fallBack, withOwnLimits } from '../limits.ts'
import { plain } from '../to-plain-json.ts'
import { type Fit, fitting } from './signature.ts'

interface Connected {
  /** For a signature that takes whatever it is given. */
  plain(...args: readonly unknown[]): unknown
  /** With the context first. */
  checked(context: unknown, ...args: readonly unknown[]): unknown
}

export type ConnectedFunctions = Readonly<Record<string, Connected>>

/** Functions see plain JSON only, and what they return is copied, so neither side can change the other's. */
export function connected(functions: FunctionTable, limits: Limits): ConnectedFunctions {
  return Object.fromEntries(
    functions.map(({ name, signature, run, load }) => {
      let adjust: Fit | undefined
      const call = (args: readonly unknown[]): unknown => {
        if (load?.() !== undefined) fallBack() // the interpreter can wait
        const given = areSimple(args) ? args : args.map((arg) => plain(guard(arg), limits.output))
        const result = withOwnLimits(run, given as readonly Simple[])
        return isSimple(result) ? result : plain(result, Number.POSITIVE_INFINITY)
      }
      const checked = (context: unknown, ...args: readonly unknown[]) => {
        adjust ??= fitting(signature)
        return call(adjust(args, context))
      }
      return [name, { plain: (...args: readonly unknown[]) => call(args), checked }]
    }),
  )
}

type Simple = string | number | boolean | null | undefined

/** Needs no copy, and no second look. */
function isSimple(it: unknown): it is Simple {
  if (typeof it === 'number') return Number.isFinite(it)
  return it === undefined || it === null || typeof it === 'string' || typeof it === 'boolean'
}

function areSimple(args: readonly unknown[]): args is readonly Simple[] {
  for (let i = 0; i < args.length; i++) if (!isSimple(args[i])) return false
  return true
}
