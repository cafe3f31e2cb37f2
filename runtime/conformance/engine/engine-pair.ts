/** The two engines that cases need, of ours: one for plain cases and their variants, one for courses. */
import type { Destination } from '../../ports/destination.ts'
import type { Spec } from '../../spec/spec.ts'
import type { CaseEngine } from '../types.ts'
import { createMapEngine } from './map-engine.ts'
import { createPipelineEngine } from './pipeline-engine.ts'
import { type SettingsSpecs, withSettings } from './settings-specs.ts'

export interface EnginePair {
  readonly plain: CaseEngine
  /** What comes of a course depends on all that came before: the store, the waits, the order. */
  readonly whole: CaseEngine
  /** Closes both. */
  close(): Promise<void>
}

export interface EnginePairParts {
  readonly spec: Spec
  /** Fits messages into the destination's limits, as sending does. */
  readonly fit: Destination['fit']
  /** For cases with settings. */
  readonly specs: Pick<SettingsSpecs, 'find'>
}

export function openEnginePair({ spec, fit, specs }: EnginePairParts): EnginePair {
  const plain = withSettings(spec, specs, (own) => createMapEngine({ spec: own, fit }))
  const whole = withSettings(spec, specs, (own) => createPipelineEngine({ spec: own, fit }))
  return {
    plain,
    whole,
    close: async () => {
      await plain.close()
      await whole.close()
    },
  }
}
