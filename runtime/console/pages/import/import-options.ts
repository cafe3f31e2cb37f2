/** The choice of an import: which metrics, from which day, until which day. */
import type { PageContext } from '../../types.ts'

export interface ImportOptions {
  readonly since?: number
  readonly until?: number
  readonly only?: readonly string[]
}

/** From the fields of the form, be they in an address or in a POST. `wrong` says what does not fit. */
export function parseImportForm(
  fields: URLSearchParams,
  { parts }: PageContext,
): ImportOptions | { readonly wrong: string } {
  const since = dayIn(fields.get('since'))
  const until = dayIn(fields.get('until'))
  if (since === 'wrong' || until === 'wrong') return { wrong: 'A date is written as 2026-01-31.' }
  if (since !== undefined && until !== undefined && since >= until)
    return { wrong: 'The first day must come before the last.' }
  if (since !== undefined && since > parts.clock.now()) return { wrong: 'The first day is still to come.' }
  const known = parts.connector.spec.mappings.filter(({ stream }) => stream !== undefined)
  const only = fields.getAll('metric')
  if (only.some((name) => !known.some(({ metric }) => metric === name)))
    return { wrong: 'One of these metrics has no history.' }
  if (only.length === 0) return { wrong: 'Choose at least one metric.' }
  const usual = known.filter(({ stream }) => stream?.onRequest === false).map(({ metric }) => metric)
  const isUsual = only.length === usual.length && usual.every((metric) => only.includes(metric))
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }), ...(!isUsual && { only }) }
}

/** Midnight UTC of a day, milliseconds. */
function dayIn(text: string | null): number | undefined | 'wrong' {
  if (text === null || text === '') return undefined
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? 'wrong' : at
}
