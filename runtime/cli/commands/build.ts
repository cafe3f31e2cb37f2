/** `build`: a spec and its expressions as code in one module, or the code of one mapping to read. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { json } from '../../lib/format.ts'
import { groupsOf } from '../../spec/expression-groups.ts'
import { writeBundle } from '../../spec/write-bundle.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { CliError, EXIT_CODES, usageError } from '../errors.ts'
import { compileReport, enginesJson, enginesText } from '../output/compile-report.ts'
import { printedJson, printedText } from '../output/print-compiled.ts'
import { unknownName } from '../parse.ts'
import { type CheckedSpec, loadSpecOrExit } from '../with-connector.ts'

export const build: CommandDefinition = {
  name: 'build',
  summary: 'Bundle the spec as one ES module, for hosts without `eval` (CSP, Cloudflare Workers).',
  operand: {
    flags: '[dir]',
    description: 'the folder of connector.yaml (default: CONNECTOR_SPEC, else the one shipped)',
  },
  options: [
    { flags: '--out <file>', description: 'where to write it (default: stdout)' },
    {
      flags: '--print <name>',
      description: 'show the code of one metric, Profile, stream, lookup or resource instead',
    },
  ],
  examples: [
    ['build --out spec.js', 'a host imports `built` from it and gives it as the spec'],
    ['build --print "Resolved Ticket"', 'what its expressions became'],
  ],
  async run(context, input) {
    const loaded = await loadSpecOrExit(context, input.operands[0])
    const [name, out] = [input.value('print'), input.value('out')]
    if (name !== undefined && out !== undefined) throw usageError('build takes either --out or --print')
    if (name !== undefined) print(context, name, loaded)
    else if (out !== undefined) await write(context, out, loaded)
    else if (context.json) throw usageError('build --json needs --out FILE or --print NAME')
    else context.print(writeBundle(loaded, context.app.functions))
    return EXIT_CODES.ok
  },
}

function print({ app, json: machine, print }: CommandContext, name: string, { spec, expressions }: CheckedSpec): void {
  const groups = groupsOf(spec, expressions)
  const group = groups.find((each) => each.name === name)
  if (group === undefined) {
    const names = groups.map((each) => each.name)
    throw usageError(unknownName('name', name, names))
  }
  print(machine ? json(printedJson(group, app.functions)) : printedText(group, app.functions))
}

async function write(
  { app, io, json: machine, print }: CommandContext,
  out: string,
  loaded: CheckedSpec,
): Promise<void> {
  const text = writeBundle(loaded, app.functions)
  await writeFile(resolve(io.cwd, out), text).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT_CODES.failed, `${out} cannot be written (${error.code})`)
  })
  const engines = compileReport(loaded.expressions)
  print(
    machine
      ? json({ out, bytes: text.length, expressions: enginesJson(engines) })
      : `${out}: ${enginesText(engines)}\n`,
  )
}
