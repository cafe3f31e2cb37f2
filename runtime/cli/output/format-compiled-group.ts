/** Prints the compiled code of one group of expressions. */
import { toComment, toLiteral } from '../../expression/compiler/emit/literal.ts'
import { NotCompilable } from '../../expression/compiler/not-compilable.ts'
import { NOT_COMPILABLE_HELP } from '../../expression/compiler/not-compilable-help.ts'
import type { FunctionTable } from '../../expression/functions.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { ExpressionGroup, NamedExpression } from '../../spec/expression-groups.ts'
import { generateExpressionSource } from '../../spec/write-bundle.ts'

const LEGEND = 'get_x reads x from one item; each_x and last_x read it from a list, within a path and at its end.'

/** JavaScript with one function per expression, each under a comment with its place. */
export function formatCompiledGroup({ name, file, parts }: ExpressionGroup, functions: FunctionTable): string {
  const members = parts.map((part) => expressionText(part, functions))
  const all = members.join('\n\n').replaceAll(/^(?=.)/gm, '  ')
  return `${toComment(`${name}, ${file}\n${LEGEND}`)}\nexport const expressions = {\n${all}\n}\n`
}

function expressionText([name, { text, place, notCompiled }]: NamedExpression, functions: FunctionTable): string {
  const compiled = generateExpressionSource(text, functions)
  if (!(compiled instanceof NotCompilable)) return `${toComment(place)}\n${toLiteral(name)}: ${compiled.source},`
  const why = `interpreted: ${compiled.reason}, ${notCompiled?.place ?? place}`
  return `${toComment(why)}\n${toComment(text)}\n${toLiteral(name)}: undefined,`
}

export function compiledGroupToJson({ name, file, parts }: ExpressionGroup, functions: FunctionTable): JsonObject {
  const expressions = parts.map(([part, { text, place, notCompiled }]) => {
    const compiled = generateExpressionSource(text, functions)
    const code =
      compiled instanceof NotCompilable
        ? { interpreted: { reason: compiled.reason, help: NOT_COMPILABLE_HELP[compiled.reason], ...notCompiled } }
        : { source: compiled.source }
    return { name: part, place, text, ...code }
  })
  return { name, file, expressions }
}
