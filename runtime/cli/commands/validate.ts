/** `validate`: checks a spec, prints its diagnostics, and what it needs outside of its files. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatJson, plural } from '../../lib/format.ts'
import { findRequirements, type Requirements } from '../../plan/requirements.ts'
import type { Json } from '../../ports/types.ts'
import { type Diagnostic, diagnosticToJson } from '../../spec/diagnostic.ts'
import { LOCK_FILE } from '../../spec/extends/lock.ts'
import type { LoadedBase, LoadedSpec } from '../../spec/load.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { wantsColor } from '../io.ts'
import { fromWorkingDirectory, shortenPath, specFolder, specOperand, strictOption } from '../load-spec.ts'
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
import { formatRequirements, requirementsToJson } from '../output/requirements.ts'
import { writeTextFile } from '../output/write-file.ts'
import { unknownName } from '../parse.ts'

export const validateCommand: CommandDefinition = {
  name: 'validate',
  summary: 'Check a spec: connector.yaml and its mappings.',
  operand: specOperand,
  options: [
    { ...strictOption, description: 'exit with 1 on warnings, too' },
    {
      flags: '--format <format>',
      description: `${DIAGNOSTIC_FORMATS.join(', ')} (default: text): for a terminal, a program, annotations on GitHub, a code scanner`,
    },
    { flags: '--accept', description: `accept the base of \`extends\` as it is now: writes ${LOCK_FILE}` },
    { flags: '--verbose', description: 'list expressions that are not compiled, with the reason' },
  ],
  examples: [
    ['validate', 'the spec that `start` would use'],
    ['validate --verbose', 'find expressions that run on the slower interpreter'],
    ['validate ./my-spec --json', 'for an editor or CI: exit code 1 on errors'],
    ['validate ./my-spec --accept', 'after an update of the spec that it extends, once its changes are read'],
    ['validate ./my-spec --strict --format github', 'for a pull request: annotations, and exit code 1 on warnings'],
  ],
  async run(context, input) {
    const { app, io, load } = context
    const format = readFormat(context, input)
    const verbose = input.flag('verbose')
    const folder = specFolder(context, input.operands[0])
    const accepts = input.flag('accept')
    const loaded = await load.spec(folder, app, { runTrials: true, ignoreLock: accepts })
    if (accepts) await acceptBase(context, folder, loaded)
    const diagnostics = fromWorkingDirectory(loaded.diagnostics, folder, io.cwd)
    context.print(await render({ ...loaded, diagnostics, folder, format, verbose, accepts }, context))
    const ok = loaded.spec !== undefined && (!input.flag('strict') || diagnostics.length === 0)
    return ok ? EXIT_CODES.ok : EXIT_CODES.failed
  },
}

/** Writes the lock, unless the spec has errors: what an update left without effect is an error once it is accepted. */
async function acceptBase({ note, io }: CommandContext, folder: URL, { spec, base }: LoadedSpec): Promise<void> {
  if (base === undefined && spec !== undefined) throw usageError('--accept is for a spec that `extends` another')
  if (base === undefined || spec === undefined) return note('The spec has errors, so its base was not accepted.')
  const path = join(fileURLToPath(folder), LOCK_FILE)
  await writeTextFile(path, base.writeLock())
  note(`${shortenPath(path, io.cwd)}: holds ${base.name} as it is now`)
}

function readFormat({ json }: CommandContext, input: CommandInput): DiagnosticFormat {
  const format = input.value('format') ?? (json ? 'json' : 'text')
  const known = DIAGNOSTIC_FORMATS.find((each) => each === format)
  if (known === undefined) throw usageError(unknownName('format', format, DIAGNOSTIC_FORMATS))
  return known
}

interface Checked extends Pick<LoadedSpec, 'base'> {
  readonly spec?: Spec | undefined
  readonly diagnostics: readonly Diagnostic[]
  readonly expressions: Parameters<typeof createCompileReport>[0]
  readonly folder: URL
  readonly format: DiagnosticFormat
  readonly verbose: boolean
  readonly accepts: boolean
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
  const { spec, diagnostics, base } = checked
  const report = reportOf(checked)
  const { isTTY, columns } = io.stdout
  const color = wantsColor(io.stdout, io.env)
  return [
    renderDiagnostics(diagnostics, { color, ...(isTTY && { columns }) }),
    ...(spec && needs ? [`${formatRequirements(needs, spec)}\n`] : []),
    ...(spec && base?.isNamed && !base.isLocked && !checked.accepts ? [describeMissingLock(base)] : []),
    `${summary(spec, diagnostics)}\n`,
    ...(report ? [`${formatCompileReport(report)}\n`] : []),
  ].join('')
}

const describeMissingLock = ({ name }: LoadedBase): string =>
  `There is no ${LOCK_FILE}: write it with --accept, and validate tells what updates of ${name} change.\n`

function summary(spec: Spec | undefined, diagnostics: readonly Diagnostic[]): string {
  const counts = formatCounts(countDiagnostics(diagnostics))
  if (spec === undefined) return counts
  const { metrics, streams, lookups } = sizeOf(spec)
  return `${plural(metrics, 'metric')}, ${plural(streams, 'stream')}, ${plural(lookups, 'lookup')}: ${counts}`
}

function sizeOf(spec: Spec): { metrics: number; streams: number; lookups: number } {
  return { metrics: spec.mappings.length, streams: spec.streams.size, lookups: spec.lookups.size }
}
