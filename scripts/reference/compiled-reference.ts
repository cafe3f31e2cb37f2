/** The reference page of compiled expressions: the rule, its exceptions, and the expressions we ship. */
import { createCompileReport } from '../../runtime/cli/output/compile-report.ts'
import { NOT_COMPILABLE_HELP } from '../../runtime/expression/compiler/not-compilable-help.ts'
import type { FunctionTable } from '../../runtime/expression/functions.ts'
import type { PlacedExpression } from '../../runtime/spec/compile/context.ts'
import { loadSpec } from '../../runtime/spec/load.ts'
import { generatedNote } from './schema-reference.ts'

const introduction = `The first use of an expression compiles it to JavaScript. The compiler refuses whatever it cannot do exactly as JSONata 2.2.2 does it; such an expression runs on JSONata's own interpreter, with the same results, many times more slowly. If a compiled expression fails, the interpreter runs it again, and we report the interpreter's error.

\`connector validate --verbose\` lists your interpreted expressions with place and reason; \`connector build --print "Resolved Ticket"\` shows the generated code. \`connector build --out spec.js\` writes everything as one module, for hosts that forbid compiling text to code.`

export async function compiledPage(root: URL, functions: FunctionTable): Promise<string> {
  const { spec, expressions } = await loadSpec(root, { functions })
  if (spec === undefined) throw new Error('the shipped spec has errors: connector validate')
  const reasons = Object.entries(NOT_COMPILABLE_HELP).map(([reason, help]) => `| ${reason} | ${cell(help)} |`)
  return [
    '# Compiled expressions',
    `${generatedNote}\n\n${introduction}`,
    '## Not compiled, and how to rewrite it',
    ['| Reason | Instead |', '|---|---|', ...reasons].join('\n'),
    '## Expressions we ship',
    shippedTable(expressions),
    '',
  ].join('\n\n')
}

function shippedTable(expressions: readonly PlacedExpression[]): string {
  const files = new Map<string, PlacedExpression[]>()
  for (const each of expressions) files.set(each.file, [...(files.get(each.file) ?? []), each])
  const rows = [...files].sort().map(([file, own]) => {
    const { total, interpreted } = createCompileReport(own)
    const left = interpreted.map(({ place, reason }) => `${place} (${reason})`)
    return `| \`${file}\` | ${total} | ${total - interpreted.length} | ${left.join('<br>')} |`
  })
  return ['| File | Expressions | Compiled | Interpreted |', '|---|--:|--:|---|', ...rows].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
