/** The options of an import as its form sends them: metrics, first day, end day. */
import { parseDay } from '../../days.ts'
import type { PageContext } from '../../types.ts'

export interface ImportOptions {
  readonly since?: number
  readonly until?: number
  readonly only?: readonly string[]
  /** Records by stream. */
  readonly estimated?: Readonly<Record<string, number>>
}

/** A field for each stream: `conversations:1200`. */
export const ESTIMATED = 'estimated'

/** Parses form fields, of a URL or a POST. `error` says what to correct. */
export function parseImportForm(
  fields: URLSearchParams,
  { options, timeZone }: PageContext,
): ImportOptions | { readonly error: string } {
  const bounds = [fields.get('since') ?? '', fields.get('until') ?? '']
  const [since, until] = bounds.map((text) => parseDay(text, timeZone))
  if ((bounds[0] && since === undefined) || (bounds[1] && until === undefined))
    return { error: 'Enter dates as 2026-01-31.' }
  if (since !== undefined && until !== undefined && since >= until)
    return { error: 'The start date must be before the end date.' }
  if (since !== undefined && since > options.clock.now()) return { error: 'The start date is in the future.' }
  const available = options.connector.spec.mappings.filter(({ stream }) => stream !== undefined)
  const only = fields.getAll('metric')
  if (only.some((name) => !available.some(({ metric }) => metric === name)))
    return { error: 'One of these metrics has no history.' }
  if (only.length === 0) return { error: 'Select at least one metric.' }
  const defaults = available.filter(({ stream }) => stream?.onRequest === false).map(({ metric }) => metric)
  const isDefault = only.length === defaults.length && defaults.every((metric) => only.includes(metric))
  return {
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(!isDefault && { only }),
    ...parseEstimated(fields),
  }
}

function parseEstimated(fields: URLSearchParams): Pick<ImportOptions, 'estimated'> {
  const counts = fields.getAll(ESTIMATED).flatMap((text) => {
    const [, stream = '', records] = /^(.+):(\d{1,12})$/.exec(text) ?? []
    return records === undefined ? [] : [[stream, Number(records)] as const]
  })
  return counts.length === 0 ? {} : { estimated: Object.fromEntries(counts) }
}
