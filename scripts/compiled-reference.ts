/** The reference page of what runs compiled: the rule, its exceptions, and each file that is shipped. */
import { compileReport } from '../runtime/cli/output/compile-report.ts'
import { refusals } from '../runtime/expression/compiler/not-compilable.ts'
import type { FunctionTable } from '../runtime/expression/functions.ts'
import type { PlacedExpression } from '../runtime/spec/compile/context.ts'
import { loadSpec } from '../runtime/spec/load.ts'
import { generatedNote } from './schema-reference.ts'

const said = `An expression is compiled to JavaScript when it is first used, and run as that. What the compiler does not do exactly as JSONata 2.2.2 does it, it refuses, and that expression runs on JSONata's own interpreter: the same results, many times more slowly. An expression that fails is run again on the interpreter, and the interpreter's error is the one that is reported.

\`connector validate --verbose\` says which of your expressions are interpreted, where and why; \`connector build --print "Resolved Ticket"\` shows what they became. \`connector build --out spec.js\` writes all of it as one module, for hosts that forbid to make code out of text.`

export async function compiledPage(root: URL, functions: FunctionTable): Promise<string> {
  const { spec, expressions } = await loadSpec(root, { functions })
  if (spec === undefined) throw new Error('the shipped spec has errors: connector validate')
  const reasons = Object.entries(refusals).map(([reason, instead]) => `| ${reason} | ${cell(instead)} |`)
  return [
    '# What runs compiled',
    `${generatedNote}\n\n${said}`,
    '## What does not, and what to write instead',
    ['| Reason | Instead |', '|---|---|', ...reasons].join('\n'),
    '## What is shipped',
    shipped(expressions),
    '',
  ].join('\n\n')
}

function shipped(expressions: readonly PlacedExpression[]): string {
  const files = new Map<string, PlacedExpression[]>()
  for (const each of expressions) files.set(each.file, [...(files.get(each.file) ?? []), each])
  const rows = [...files].sort().map(([file, own]) => {
    const { total, interpreted } = compileReport(own)
    const left = interpreted.map(({ place, reason }) => `${place} (${reason})`)
    return `| \`${file}\` | ${total} | ${total - interpreted.length} | ${left.join('<br>')} |`
  })
  return ['| File | Expressions | Compiled | Interpreted |', '|---|--:|--:|---|', ...rows].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
