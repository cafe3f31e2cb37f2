/** `validate`: checks a spec, prints its diagnostics, and what it needs outside of its files. */
import { formatJson, plural } from '../../lib/format.ts'
import type { Json } from '../../ports/types.ts'
import { type Diagnostic, diagnosticToJson } from '../../spec/diagnostic.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { wantsColor } from '../io.ts'
import { fromWorkingDirectory, specFolder, strictOption } from '../load-spec.ts'
import { compileReportToJson, createCompileReport, formatCompileReport } from '../output/compile-report.ts'
import {
  countDiagnostics,
  DIAGNOSTIC_FORMATS,
  type DiagnosticFormat,
  formatCounts,
  formatForGithub,
  renderDiagnostics,
  toSarif,
} from '../output/diagnostics.ts'
import { findRequirements, formatRequirements, type Requirements, requirementsToJson } from '../output/requirements.ts'
import { unknownName } from '../parse.ts'

export const validateCommand: CommandDefinition = {
  name: 'validate',
  summary: 'Check a spec: connector.yaml and its mappings.',
  operand: {
    flags: '[dir]',
    description: 'folder of connector.yaml (default: CONNECTOR_SPEC, else the shipped spec)',
  },
  options: [
    { ...strictOption, description: 'exit with 1 on warnings, too' },
    {
      flags: '--format <format>',
      description: `${DIAGNOSTIC_FORMATS.join(', ')} (default: text): for a terminal, a program, annotations on GitHub, a code scanner`,
    },
    { flags: '--verbose', description: 'list expressions that are not compiled, with the reason' },
  ],
  examples: [
    ['validate', 'the spec that `start` would use'],
    ['validate --verbose', 'find expressions that run on the slower interpreter'],
    ['validate ./my-spec --json', 'for an editor or CI: exit code 1 on errors'],
    ['validate ./my-spec --strict --format github', 'for a pull request: annotations, and exit code 1 on warnings'],
  ],
  async run(context, input) {
    const { app, io, load } = context
    const format = readFormat(context, input)
    const verbose = input.flag('verbose')
    const folder = specFolder(context, input.operands[0])
    const loaded = await load.spec(folder, app, { runTrials: true })
    const diagnostics = fromWorkingDirectory(loaded.diagnostics, folder, io.cwd)
    context.print(await render({ ...loaded, diagnostics, folder, format, verbose }, context))
    const ok = loaded.spec !== undefined && (!input.flag('strict') || diagnostics.length === 0)
    return ok ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

function readFormat({ json }: CommandContext, input: CommandInput): DiagnosticFormat {
  const format = input.value('format') ?? (json ? 'json' : 'text')
  const known = DIAGNOSTIC_FORMATS.find((each) => each === format)
  if (known === undefined) throw usageError(unknownName('format', format, DIAGNOSTIC_FORMATS))
  return known
}

interface Checked {
  readonly spec?: Spec | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly expressions: Parameters<typeof createCompileReport>[0]
  readonly folder: URL
  readonly format: DiagnosticFormat
  readonly verbose: boolean
}

async function render(checked: Checked, context: CommandContext): Promise<string> {
  const { diagnostics, format } = checked
  if (format === 'github') return formatForGithub(diagnostics)
  if (format === 'sarif') return formatJson(toSarif(diagnostics, context.app))
  const needs = checked.spec && findRequirements(checked.spec, await loadShipped(checked, context))
  return format === 'json' ? renderJson(checked, needs) : renderText(checked, needs, context)
}

/** To tell which topics are new. Undefined: it is the shipped spec that was checked. */
async function loadShipped({ folder }: Checked, { app, load }: CommandContext): Promise<Spec | undefined> {
  if (folder.href === app.specFolder.href) return undefined
  return (await load.spec(app.specFolder, app, { checkOnly: true })).spec
}

/** Compiles every expression, so only on request. */
const reportOf = ({ spec, verbose, expressions }: Checked) =>
  spec !== undefined && verbose ? createCompileReport(expressions) : undefined

function renderJson(checked: Checked, needs: Requirements | undefined): string {
  const { spec, diagnostics } = checked
  const report = reportOf(checked)
  const json: Json = {
    ok: spec !== undefined,
    ...(spec && sizeOf(spec)),
    ...countDiagnostics(diagnostics),
    ...(report && { expressions: compileReportToJson(report) }),
    ...(needs && { needs: requirementsToJson(needs) }),
    diagnostics: diagnostics.map(diagnosticToJson),
  }
  return formatJson(json)
}

function renderText(checked: Checked, needs: Requirements | undefined, { io }: CommandContext): string {
  const { spec, diagnostics } = checked
  const report = reportOf(checked)
  const { isTTY, columns } = io.stdout
  const color = wantsColor(io.stdout, io.env)
  return [
    renderDiagnostics(diagnostics, { color, ...(isTTY && { columns }) }),
    ...(spec && needs ? [`${formatRequirements(needs, spec)}\n`] : []),
    `${summary(spec, diagnostics)}\n`,
    ...(report ? [`${formatCompileReport(report)}\n`] : []),
  ].join('')
}

function summary(spec: Spec | undefined, diagnostics: readonly Diagnostic[]): string {
  const counts = formatCounts(countDiagnostics(diagnostics))
  if (spec === undefined) return counts
  const { metrics, streams, lookups } = sizeOf(spec)
  return `${plural(metrics, 'metric')}, ${plural(streams, 'stream')}, ${plural(lookups, 'lookup')}: ${counts}`
}

function sizeOf(spec: Spec): { metrics: number; streams: number; lookups: number } {
  return { metrics: spec.mappings.length, streams: spec.streams.size, lookups: spec.lookups.size }
}
