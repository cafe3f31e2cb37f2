/** The revision of Klaviyo's API: when Klaviyo retires it, and the header that makes a retired one fail. */
import type { CheckResult } from '../../runtime/ports/check-result.ts'
import type { Sunset } from '../../runtime/ports/sunset.ts'

type Headers = Readonly<Record<string, string>>

/** Klaviyo supports a revision for a year, deprecates it for another, then retires it (versioning policy). */
const YEARS_TO_RETIREMENT = 2
const YEARS_OF_WARNING = 1

/**
 * Klaviyo runs requests of a retired revision as a newer one unless this header asks for a 410 (versioning policy).
 * `backfill` is a field of the revision: under one that ignores it, an import would start flows.
 */
const OPT_OUT = 'X-Klaviyo-Revision-Fall-Forward-Opt-Out'

/** By the headers of a spec, which tenants share. */
const complete = new WeakMap<Headers, Headers>()

/** The headers of every request to Klaviyo. No spec can omit or change the opt-out. */
export function withFallForwardOptOut(headers: Headers): Headers {
  const known = complete.get(headers)
  if (known !== undefined) return known
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== OPT_OUT.toLowerCase())
  const all = { ...Object.fromEntries(others), [OPT_OUT]: '1' }
  complete.set(headers, all)
  return all
}

/** When Klaviyo retires the revision. Undefined for one that is no date. */
export function revisionSunset(headers: Headers): (Sunset & { readonly revision: string }) | undefined {
  const revision = Object.entries(headers).find(([name]) => name.toLowerCase() === 'revision')?.[1]
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(revision ?? '')?.map(Number) ?? []
  if (revision === undefined || year === undefined || month === undefined || day === undefined) return undefined
  const at = Date.UTC(year + YEARS_TO_RETIREMENT, month - 1, day)
  return { revision, what: `revision ${revision} of Klaviyo’s API`, at, action: 'Update the connector' }
}

/** Warns from a year before Klaviyo retires the revision; nothing before, nor for a revision that is no date. */
export function checkRevision(headers: Headers, now: number): CheckResult | undefined {
  const sunset = revisionSunset(headers)
  if (sunset === undefined) return undefined
  const retirement = new Date(sunset.at)
  const warning = new Date(retirement).setUTCFullYear(retirement.getUTCFullYear() - YEARS_OF_WARNING)
  if (now < warning) return undefined
  const date = retirement.toISOString().slice(0, 10)
  const timing = now < sunset.at ? `Klaviyo retires it on ${date}` : `Klaviyo’s policy retired it on ${date}`
  const detail = `${sunset.revision}; ${timing}, and then rejects every request: update the connector`
  return { name: 'Klaviyo revision', ok: true, warning: true, detail }
}
