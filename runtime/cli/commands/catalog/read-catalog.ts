/** Loads the catalog of a spec. */
import { describeSpec } from '../../../catalog/describe-spec.ts'
import type { Catalog } from '../../../catalog/types.ts'
import { readModel } from '../../../editor/model/model.ts'
import { openSpecFolder } from '../../../spec/spec-files.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES } from '../../errors.ts'
import { loadSpecOrExit, specFolder } from '../../load-spec.ts'

/** Ends the command with exit code 3 if the spec has errors. */
export async function readCatalog(context: CommandContext, operand: string | undefined): Promise<Catalog> {
  const { labels, functions, bases, templateTags: tags } = context.app
  const { spec } = await loadSpecOrExit(context, operand)
  const model = await readModel(openSpecFolder(specFolder(context, operand)), functions, bases)
  if (model === undefined) throw new CliError(EXIT_CODES.spec, 'connector.yaml changed while it was read; try again')
  return describeSpec({ spec, model, labels, tags })
}
