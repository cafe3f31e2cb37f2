/** `--engine`: our engine behind the portable contract, for a runner of another kind. */
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { openEnginePair } from '../../../conformance/engine/engine-pair.ts'
import { serveCases } from '../../../conformance/portable/serve-cases.ts'
import type { CaseEngine } from '../../../conformance/types.ts'
import type { CommandContext } from '../../command.ts'
import { CliError, EXIT_CODES } from '../../errors.ts'
import { loadSpecOrExit } from '../../load-spec.ts'
import { createSettingsSpecs } from './engines.ts'
import { findSpec } from './find-suites.ts'
import { openConformance } from './run-tests.ts'
import type { TestOptions } from './test-options.ts'

/** Until stdin ends. Throws a `CliError` for a line that is no case. */
export async function serveEngine(context: CommandContext, { operands, strict }: TestOptions): Promise<void> {
  const folder = findSpec(context, operands)
  const { spec } = await loadSpecOrExit(context, fileURLToPath(folder), strict)
  const { fit } = await openConformance(context, spec)
  const { plain, whole, close } = openEnginePair({ spec, fit, specs: createSettingsSpecs(context, folder) })
  // A case of several steps may be a course, of which the engine of plain cases knows too little.
  const engine: CaseEngine = {
    run: (input) => (input.steps.length > 1 ? whole : plain).run(input),
    close,
  }
  const lines = createInterface({ input: Readable.from(context.io.stdin), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    await serveCases(engine, { lines, write: context.print })
  } catch (error) {
    throw new CliError(EXIT_CODES.failed, error instanceof Error ? error.message : String(error))
  } finally {
    await engine.close()
  }
}
