/** Loads the spec of a command, and tells its errors and warnings. */
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { plural } from '../lib/format.ts'
import { type Diagnostic, renderDiagnostic } from '../spec/diagnostic.ts'
import type { LoadedSpec } from '../spec/load.ts'
import { SourceFile } from '../spec/source-file.ts'
import type { Spec } from '../spec/spec.ts'
import type { CommandContext, OptionDefinition } from './command.ts'
import { CliError, EXIT_CODES } from './errors.ts'
import { formatShort } from './output/diagnostics.ts'

export const specOperand: OptionDefinition = {
  flags: '[dir]',
  description: 'folder of connector.yaml (default: CONNECTOR_SPEC, else the working directory, else the shipped spec)',
}

/** The folder given on the command line, else `CONNECTOR_SPEC`, else that of `findDefaultSpec`. */
export function specFolder({ defaultSpec, env, io }: CommandContext, operand?: string): URL {
  const folder = operand ?? env.CONNECTOR_SPEC
  return folder === undefined ? defaultSpec : pathToFileURL(`${resolve(io.cwd, folder)}/`)
}

export type CheckedSpec = LoadedSpec & { readonly spec: Spec }

/** Makes warnings of the spec errors. */
export const strictOption: OptionDefinition = {
  flags: '--strict',
  description: 'stop if the spec has warnings',
}

/** Consents to keys that may count delivered events again. */
export const acceptNewKeysOption: OptionDefinition = {
  flags: '--accept-new-keys <metrics>',
  description: 'run although the keys of these metrics have changed, which may count events again',
}

/** Warnings that a command prints before its work, one line each. */
const MAX_WARNINGS = 5

/** Loads a spec. Prints its diagnostics, and ends the command with exit code 3 if it has errors or, if strict, warnings. */
export async function loadSpecOrExit(context: CommandContext, operand?: string, strict = false): Promise<CheckedSpec> {
  const folder = specFolder(context, operand)
  const loaded = await context.load.spec(folder, context.app)
  const { spec } = loaded
  const diagnostics = fromWorkingDirectory(loaded.diagnostics, folder, context.io.cwd)
  if (spec !== undefined && (!strict || diagnostics.length === 0)) {
    if (diagnostics.length > 0) {
      context.note(`The spec has ${plural(diagnostics.length, 'warning')}, which \`connector validate\` explains:`)
      for (const line of formatShort(diagnostics, MAX_WARNINGS)) context.note(`  ${line}`)
    }
    return { ...loaded, spec }
  }
  for (const diagnostic of diagnostics) context.note(`${renderDiagnostic(diagnostic, context.colorNotes)}\n`)
  const problem = spec === undefined ? 'is invalid' : 'has warnings, and --strict was given'
  throw new CliError(EXIT_CODES.spec, `the spec ${problem}; nothing was done. Check it with \`connector validate\``)
}

/** Diagnostics with paths that a terminal or an editor in the working directory can open. */
export function fromWorkingDirectory(
  diagnostics: readonly Diagnostic[],
  folder: URL,
  cwd: string,
): readonly Diagnostic[] {
  const root = fileURLToPath(folder)
  const files = new Map<SourceFile, SourceFile>()
  for (const { file } of diagnostics) {
    const path = file.base?.diskPath ?? join(root, file.path)
    if (!files.has(file)) files.set(file, new SourceFile(shortenPath(path, cwd), file.text))
  }
  return diagnostics.map((diagnostic) => ({ ...diagnostic, file: files.get(diagnostic.file) ?? diagnostic.file }))
}

/** Relative to the working directory, for a file in it. */
export function shortenPath(absolute: string, cwd: string): string {
  const relativePath = relative(cwd, absolute)
  const isOutside = relativePath.startsWith('..') || isAbsolute(relativePath)
  return (isOutside ? absolute : relativePath).replaceAll(sep, '/')
}
