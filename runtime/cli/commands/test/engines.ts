/** The engines that `test` runs cases by: ours, or another implementation behind the portable contract. */
import type { RunCasesOptions } from '../../../conformance/run/run-cases.ts'
import type { Spec } from '../../../spec/spec.ts'
import type { ConformanceParts } from '../../app.ts'
import type { CommandContext } from '../../command.ts'
import type { TestOptions } from './test-options.ts'

export interface EngineParts {
  readonly context: CommandContext
  readonly options: TestOptions
  readonly spec: Spec
  readonly conformance: ConformanceParts
}

export type Engines = Pick<RunCasesOptions, 'engineOf' | 'variants' | 'foreignCodes'> & {
  close(): Promise<void>
}

export async function openEngines({ spec, conformance }: EngineParts): Promise<Engines> {
  // Imported on first use: `--help` needs no engine.
  const { createMapEngine } = await import('../../../conformance/engine/map-engine.ts')
  const engine = createMapEngine({ spec, fit: conformance.fit })
  return { engineOf: () => engine, close: () => engine.close() }
}
