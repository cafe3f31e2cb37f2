/** Reference page of the functions that expressions may call. */
import { BUILTIN_SIGNATURES } from '../../runtime/expression/compiler/runtime/functions/builtins.ts'
import type { FunctionTable } from '../../runtime/expression/functions.ts'
import { limitsSection } from './limits-reference.ts'
import { generatedNote } from './schema-reference.ts'

export function functionsPage(functions: FunctionTable): string {
  const own = functions.map(
    ({ name, signature, doc, example }) =>
      `## \`$${name}\`\n\n${doc}\n\nSignature: \`${signature}\`\n\n` +
      `\`\`\`text\n${example.expr}\n→ ${example.gives === undefined ? 'nothing' : JSON.stringify(example.gives)}\n\`\`\``,
  )
  const names = Object.keys(BUILTIN_SIGNATURES)
    .filter((name) => name !== 'eval')
    .map((name) => `\`$${name}\``)
  const builtIn = [
    '## Built-in functions',
    `${names.join(', ')}.`,
    '<https://docs.jsonata.org> describes them. `$eval` is disabled. Mappings may not call `$now`, `$millis`, `$random` and `$shuffle`: the same record must give the same event at any time.',
  ]
  return [
    '# Functions',
    `${generatedNote}\n\nFunctions that an expression may call.`,
    ...own,
    ...builtIn,
    ...limitsSection,
    '',
  ].join('\n\n')
}
