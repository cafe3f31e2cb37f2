/** Prints the compiled code of one group of expressions. */
import { comment, literal } from '../../expression/compiler/emit/literal.ts'
import { NotCompilable } from '../../expression/compiler/program.ts'
import type { FunctionTable } from '../../expression/functions.ts'
import type { JsonObject } from '../../ports/types.ts'
import type { Group, Part } from '../../spec/expression-groups.ts'
import { sourceOf } from '../../spec/write-bundle.ts'

const legend = 'get_x reads x from one item; each_x and end_x read it from a list, within a path and at its end.'

/** JavaScript with one function per expression, each under a comment with its place. */
export function compiledGroupText({ name, file, parts }: Group, functions: FunctionTable): string {
  const members = parts.map((part) => expressionText(part, functions))
  const all = members.join('\n\n').replaceAll(/^(?=.)/gm, '  ')
  return `${comment(`${name}, ${file}\n${legend}`)}\nexport const expressions = {\n${all}\n}\n`
}

function expressionText([name, { text, place, refused }]: Part, functions: FunctionTable): string {
  const made = sourceOf(text, functions)
  if (!(made instanceof NotCompilable)) return `${comment(place)}\n${literal(name)}: ${made.source},`
  const why = `interpreted: ${made.reason}, ${refused?.place ?? place}`
  return `${comment(why)}\n${comment(text)}\n${literal(name)}: undefined,`
}

export function compiledGroupJson({ name, file, parts }: Group, functions: FunctionTable): JsonObject {
  const expressions = parts.map(([part, { text, place, refused }]) => {
    const made = sourceOf(text, functions)
    const code =
      made instanceof NotCompilable ? { interpreted: { reason: made.reason, ...refused } } : { source: made.source }
    return { name: part, place, text, ...code }
  })
  return { name, file, expressions }
}
