/** `build`: bundles a spec with its compiled expressions, or prints the code of one mapping. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { formatJson } from '../../lib/format.ts'
import { groupExpressions } from '../../spec/expression-groups.ts'
import { writeBundle } from '../../spec/write-bundle.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { CliError, EXIT_CODES, usageError } from '../errors.ts'
import { type CheckedSpec, loadSpecOrExit, specOperand } from '../load-spec.ts'
import { compileReportToJson, createCompileReport, formatCompileReport } from '../output/compile-report.ts'
import { compiledGroupToJson, formatCompiledGroup } from '../output/format-compiled-group.ts'
import { unknownName } from '../parse.ts'

export const buildCommand: CommandDefinition = {
  name: 'build',
  summary: 'Bundle the spec as one ES module, for hosts without `eval` (CSP, Cloudflare Workers).',
  operand: specOperand,
  options: [
    { flags: '--out <file>', description: 'output file (default: stdout)' },
    {
      flags: '--print <name>',
      description: 'print the code of one metric, Profile, stream, lookup or resource instead',
    },
  ],
  examples: [
    ['build --out spec.js', 'the host imports `built` from it and passes it as the spec'],
    ['build --print "Resolved Ticket"', 'show the JavaScript of its expressions'],
  ],
  async run(context, input) {
    const loaded = await loadSpecOrExit(context, input.operands[0])
    const [name, out] = [input.value('print'), input.value('out')]
    if (name !== undefined && out !== undefined) throw usageError('build takes either --out or --print')
    if (name !== undefined) printGroup(context, name, loaded)
    else if (out !== undefined) await writeModule(context, out, loaded)
    else if (context.json) throw usageError('build --json needs --out FILE or --print NAME')
    else context.print(writeBundle(loaded, context.app.functions))
    return EXIT_CODES.ok
  },
}

function printGroup({ app, json, print }: CommandContext, name: string, { spec, expressions }: CheckedSpec): void {
  const groups = groupExpressions(spec, expressions)
  const group = groups.find((candidate) => candidate.name === name)
  if (group === undefined) {
    const names = groups.map((candidate) => candidate.name)
    throw usageError(unknownName('name', name, names))
  }
  print(json ? formatJson(compiledGroupToJson(group, app.functions)) : formatCompiledGroup(group, app.functions))
}

async function writeModule({ app, io, json, print }: CommandContext, out: string, loaded: CheckedSpec): Promise<void> {
  const text = writeBundle(loaded, app.functions)
  await writeFile(resolve(io.cwd, out), text).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT_CODES.failed, `cannot write ${out} (${error.code})`)
  })
  const report = createCompileReport(loaded.expressions)
  print(
    json
      ? formatJson({ out, bytes: text.length, expressions: compileReportToJson(report) })
      : `${out}: ${formatCompileReport(report)}\n`,
  )
}
