/** Which expressions of a spec run compiled, which on the interpreter, and why. */
import type { NotCompiled } from '../../expression/expression.ts'
import { columns, formatCount, plural } from '../../lib/format.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { PlacedExpression } from '../../spec/compile/context.ts'

interface Interpreted extends NotCompiled {
  readonly text: string
}

export interface CompileReport {
  readonly total: number
  readonly interpreted: readonly Interpreted[]
}

/** Asking compiles each. */
export function compileReport(expressions: readonly PlacedExpression[]): CompileReport {
  const interpreted = expressions.flatMap(({ expression: { refused, text } }) =>
    refused ? [{ ...refused, text }] : [],
  )
  return { total: expressions.length, interpreted }
}

/** `93 expressions, all compiled`, or a line for each that is not. */
export function enginesText({ total, interpreted }: CompileReport): string {
  const all = plural(total, 'expression')
  if (interpreted.length === 0) return `${all}, all compiled`
  const rows = interpreted.map(({ place, reason, help }) => [`${place}:`, reason, `help: ${help}`])
  const rest = 'the others run on the interpreter, which gives the same and takes longer:'
  return [`${all}, ${formatCount(total - interpreted.length)} compiled; ${rest}`, ...columns(rows, '  ')].join('\n')
}

export const enginesJson = ({ total, interpreted }: CompileReport): JsonObject => ({
  total,
  compiled: total - interpreted.length,
  interpreted: interpreted.map((each) => ({ ...each })),
})
