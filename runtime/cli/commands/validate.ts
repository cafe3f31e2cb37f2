/** `validate`: checks a spec and prints its diagnostics. */
import { formatJson, plural } from '../../lib/format.ts'
import { diagnosticToJson, renderDiagnostic } from '../../spec/diagnostic.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandDefinition } from '../command.ts'
import { EXIT_CODES } from '../errors.ts'
import { wantsColor } from '../io.ts'
import { compileReportToJson, createCompileReport, formatCompileReport } from '../output/compile-report.ts'
import { specFolder } from '../with-connector.ts'

export const validateCommand: CommandDefinition = {
  name: 'validate',
  summary: 'Check a spec: connector.yaml and its mappings.',
  operand: {
    flags: '[dir]',
    description: 'folder of connector.yaml (default: CONNECTOR_SPEC, else the shipped spec)',
  },
  options: [{ flags: '--verbose', description: 'list expressions that are not compiled, with the reason' }],
  examples: [
    ['validate', 'the spec that `start` would use'],
    ['validate --verbose', 'find expressions that run on the slower interpreter'],
    ['validate ./my-spec --json', 'for an editor or CI: exit code 1 on errors'],
  ],
  async run(context, input) {
    const { app, io, load } = context
    const verbose = input.flag('verbose')
    const folder = specFolder(context, input.operands[0])
    const { spec, diagnostics, expressions } = await load.spec(folder, app, { checkOnly: !verbose })
    const ok = spec !== undefined
    // Compiles every expression, so only on request.
    const report = ok && verbose ? createCompileReport(expressions) : undefined
    if (context.json) {
      const compiled = report && { expressions: compileReportToJson(report) }
      context.print(
        formatJson({ ok, ...(ok ? sizeOf(spec) : {}), ...compiled, diagnostics: diagnostics.map(diagnosticToJson) }),
      )
    } else {
      const color = wantsColor(io.stdout, io.env)
      for (const diagnostic of diagnostics) context.print(`${renderDiagnostic(diagnostic, color)}\n\n`)
      context.print(`${summary(spec, diagnostics.length)}\n${report ? `${formatCompileReport(report)}\n` : ''}`)
    }
    return ok ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

function summary(spec: Spec | undefined, problems: number): string {
  if (spec === undefined) return plural(problems, 'problem')
  const { metrics, streams, lookups } = sizeOf(spec)
  const size = `${plural(metrics, 'metric')}, ${plural(streams, 'stream')}, ${plural(lookups, 'lookup')}`
  return `${size}: ${problems === 0 ? 'no problems' : plural(problems, 'warning')}`
}

function sizeOf(spec: Spec): { metrics: number; streams: number; lookups: number } {
  return { metrics: spec.mappings.length, streams: spec.streams.size, lookups: spec.lookups.size }
}
