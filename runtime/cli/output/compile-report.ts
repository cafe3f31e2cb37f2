/** Reports which expressions of a spec are compiled, and why others run on the interpreter. */
import { NOT_COMPILABLE_HELP } from '../../expression/compiler/not-compilable-help.ts'
import type { NotCompiled } from '../../expression/expression.ts'
import { alignColumns, formatCount, plural } from '../../lib/format.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { PlacedExpression } from '../../spec/compile/context.ts'

interface Interpreted extends NotCompiled {
  readonly text: string
  /** How to rewrite it. */
  readonly help: string
}

export interface CompileReport {
  readonly total: number
  readonly interpreted: readonly Interpreted[]
}

/** Compiles every expression to fill the report. */
export function createCompileReport(expressions: readonly PlacedExpression[]): CompileReport {
  const interpreted = expressions.flatMap(({ expression: { notCompiled, text } }) =>
    notCompiled ? [{ ...notCompiled, text, help: NOT_COMPILABLE_HELP[notCompiled.reason] }] : [],
  )
  return { total: expressions.length, interpreted }
}

/** `93 expressions, all compiled`, or a line for each interpreted one. */
export function formatCompileReport({ total, interpreted }: CompileReport): string {
  const all = plural(total, 'expression')
  if (interpreted.length === 0) return `${all}, all compiled`
  const rows = interpreted.map(({ place, reason, help }) => [`${place}:`, reason, `help: ${help}`])
  const rest = 'the interpreter runs the others, with the same results but slower:'
  return [`${all}, ${formatCount(total - interpreted.length)} compiled; ${rest}`, ...alignColumns(rows, '  ')].join(
    '\n',
  )
}

export const compileReportToJson = ({ total, interpreted }: CompileReport): JsonObject => ({
  total,
  compiled: total - interpreted.length,
  interpreted: interpreted.map((expression) => ({ ...expression })),
})
