/** The mappings of a spec, also those that are switched off, by metric. */
import type { Mapping, Spec } from '../../../spec/spec.ts'

export const allMappings = ({ mappings, disabledMappings }: Spec): readonly Mapping[] =>
  [...mappings, ...disabledMappings].sort((a, b) => (a.metric < b.metric ? -1 : 1))
