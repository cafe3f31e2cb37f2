/** Loads the catalog of a spec, and writes files made of it. */
import { join } from 'node:path'
import { describeSpec } from '../../../catalog/describe-spec.ts'
import type { CatalogFile } from '../../../catalog/markdown.ts'
import type { Catalog } from '../../../catalog/types.ts'
import { readModel } from '../../../editor/model/model.ts'
import { openSpecFolder } from '../../../spec/spec-files.ts'
import type { CommandContext, OptionDefinition } from '../../command.ts'
import { CliError, EXIT_CODES } from '../../errors.ts'
import { loadSpecOrExit, specFolder } from '../../load-spec.ts'
import { writeTextFile } from '../../output/write-file.ts'

export const specOperand: OptionDefinition = {
  flags: '[dir]',
  description: 'folder of connector.yaml (default: CONNECTOR_SPEC, else the shipped spec)',
}

/** Ends the command with exit code 3 if the spec has errors. */
export async function readCatalog(context: CommandContext, operand: string | undefined): Promise<Catalog> {
  const { labels, functions, bases, templateTags: tags } = context.app
  const { spec } = await loadSpecOrExit(context, operand)
  const model = await readModel(openSpecFolder(specFolder(context, operand)), functions, bases)
  if (model === undefined) throw new CliError(EXIT_CODES.spec, 'connector.yaml changed while it was read; try again')
  return describeSpec({ spec, model, labels, tags })
}

export async function writeFiles(folder: string, files: readonly CatalogFile[]): Promise<readonly string[]> {
  const written = files.map(({ name, text }) => ({ path: join(folder, name), text }))
  for (const { path, text } of written) await writeTextFile(path, text)
  return written.map(({ path }) => path)
}
