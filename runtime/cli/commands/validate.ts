/** `validate`: is a spec right, and if not, where and why? */

import { json, plural } from '../../lib/format.ts'
import { render, toJson } from '../../spec/diagnostic.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandDefinition } from '../command.ts'
import { EXIT_CODES } from '../errors.ts'
import { wantsColor } from '../io.ts'
import { compileReport, enginesJson, enginesText } from '../output/compile-report.ts'
import { specFolder } from '../with-connector.ts'

export const validate: CommandDefinition = {
  name: 'validate',
  summary: 'Check a spec: connector.yaml and the mappings it names.',
  operand: {
    flags: '[dir]',
    description: 'the folder of connector.yaml (default: CONNECTOR_SPEC, else the one shipped)',
  },
  options: [{ flags: '--verbose', description: 'say which expressions run compiled, and why the others do not' }],
  examples: [
    ['validate', 'the spec that `start` would use'],
    ['validate --verbose', 'is any expression interpreted, and why?'],
    ['validate ./my-spec --json', 'for an editor or a build: exit code 1 with errors'],
  ],
  async run(context, input) {
    const { app, io, load } = context
    const verbose = input.flag('verbose')
    const folder = specFolder(context, input.operands[0])
    const { spec, diagnostics, expressions } = await load.spec(folder, app, { checkOnly: !verbose })
    const ok = spec !== undefined
    // To ask compiles every expression, so only who wants to know waits for it.
    const engines = ok && verbose ? compileReport(expressions) : undefined
    if (context.json) {
      const asked = engines && { expressions: enginesJson(engines) }
      context.print(json({ ok, ...(ok ? sizeOf(spec) : {}), ...asked, diagnostics: diagnostics.map(toJson) }))
    } else {
      const color = wantsColor(io.stdout, io.env)
      for (const diagnostic of diagnostics) context.print(`${render(diagnostic, color)}\n\n`)
      context.print(`${verdict(spec, diagnostics.length)}\n${engines ? `${enginesText(engines)}\n` : ''}`)
    }
    return ok ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

function verdict(spec: Spec | undefined, complaints: number): string {
  if (spec === undefined) return plural(complaints, 'problem')
  const { metrics, streams, lookups } = sizeOf(spec)
  const size = `${plural(metrics, 'metric')}, ${plural(streams, 'stream')}, ${plural(lookups, 'lookup')}`
  return `${size}: ${complaints === 0 ? 'no problems' : plural(complaints, 'warning')}`
}

function sizeOf(spec: Spec): { metrics: number; streams: number; lookups: number } {
  return { metrics: spec.mappings.length, streams: spec.streams.size, lookups: spec.lookups.size }
}
