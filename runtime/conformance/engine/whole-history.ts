/** What an import of a case reads: all that the case gives, whatever its clock says. */
import type { Spec } from '../../spec/spec.ts'

/** Later than any time of a case. Milliseconds since 1970. */
export const END_OF_TIME = Date.parse('9000-01-01T00:00:00Z')

/** Every metric that has history, those on request, too. */
export const listHistoryMetrics = ({ mappings }: Pick<Spec, 'mappings'>): readonly string[] =>
  mappings.flatMap(({ metric, stream }) => (stream === undefined ? [] : [metric]))
