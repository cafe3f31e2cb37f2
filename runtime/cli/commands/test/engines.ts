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
  const [{ createMapEngine }, { createPipelineEngine }] = await Promise.all([
    import('../../../conformance/engine/map-engine.ts'),
    import('../../../conformance/engine/pipeline-engine.ts'),
  ])
  const { fit } = conformance
  const plain = createMapEngine({ spec, fit })
  // What comes of a course depends on all that came before: the store, the waits, the order.
  const whole = createPipelineEngine({ spec, fit })
  return {
    engineOf: ({ isCourse }) => (isCourse ? whole : plain),
    close: async () => {
      await Promise.all([plain.close(), whole.close()])
    },
  }
}
