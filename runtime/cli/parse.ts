/** Parses values of the command line. Every error names a valid value. */
import { suggest } from '../expression/did-you-mean.ts'
import type { Mapping } from '../spec/spec.ts'
import { usageError } from './errors.ts'

/** A port; 0 means any free one. */
export function parsePort(text: string, name: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw usageError(`${name} must be a port from 0 to 65535, not "${text}"`)
}

const DATE = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** Milliseconds since 1970. A time without a zone is UTC, whatever the machine's zone. */
export function parseMoment(text: string, name: string): number {
  const day = DATE.exec(text)?.[1]
  const zoned = text.includes('T') && !/(Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text
  const time = day === undefined ? Number.NaN : Date.parse(zoned)
  // V8 parses 30 February as 2 March.
  if (day !== undefined && !Number.isNaN(time) && new Date(day).toISOString().startsWith(day)) return time
  throw usageError(`${name} must be a date such as 2026-01-31 or 2026-01-31T09:30:00Z, not "${text}"`)
}

export function parsePositive(text: string, name: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number
  throw usageError(`${name} must be a number above 0, not "${text}"`)
}

/** A whole number from 0. */
export function parseCount(text: string, name: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw usageError(`${name} must be a whole number from 0, not "${text}"`)
}

/** The items of a comma-separated list, empty ones removed. */
export function parseList(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim())
  return items.filter((item) => item !== '')
}

/** The metrics of an option, as the spec spells them. */
export function parseMetrics(
  text: string,
  { mappings }: { readonly mappings: readonly Pick<Mapping, 'metric'>[] },
  option = '--only',
): readonly string[] {
  const names = parseList(text)
  if (names.length === 0) throw usageError(`${option} names no metric`)
  const known = mappings.map(({ metric }) => metric)
  const found = names.map((name) => {
    const metric = known.find((one) => one.toLowerCase() === name.toLowerCase())
    if (metric === undefined) throw usageError(unknownName('metric', name, known))
    return metric
  })
  return [...new Set(found)]
}

/** `unknown metric "Rated"; did you mean "Rated Conversation"?` */
export function unknownName(kind: string, name: string, known: Iterable<string>): string {
  return `unknown ${kind} "${name}"; ${suggest(name, known)}`
}
